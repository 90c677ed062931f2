import * as ort from 'onnxruntime-web';
import type { AttentionWork, Contender, Engine, GemmWork, Outcome, SoftmaxWork, Work } from '../src/work.js';
import { encodeOnnxModel, type OnnxGraph } from './onnx-model.js';

/** onnxruntime-web's WebAssembly engine, on one thread. */
export async function createOnnxruntimeWeb(): Promise<Engine> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  return {
    name: 'onnxruntime-web',
    kind: 'rival',
    description: `${ort.env.versions.web ?? 'unknown version'}, execution provider wasm, 1 thread; copies inputs in at each run`,
    prepare: (work) => Promise.all(entries(work).map(open)),
    dispose() {},
  };
}

/** One model and what is fed to it. */
interface Entry {
  readonly variant?: string;
  readonly graph: OnnxGraph;
  readonly feeds: Readonly<Record<string, Float32Array>>;
  readonly canonical?: (output: Float32Array) => Float32Array;
}

async function open({ variant, graph, feeds, canonical }: Entry): Promise<Contender> {
  const session = await ort.InferenceSession.create(encodeOnnxModel(graph), { executionProviders: ['wasm'] });
  const tensors = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [name, new ort.Tensor('float32', feeds[name]!, shape)]),
  );
  const output = graph.outputs[0]!.name;
  return {
    name: variant ? `onnxruntime-web ${variant}` : 'onnxruntime-web',
    kind: 'rival',
    async run(): Promise<Outcome> {
      const results = await session.run(tensors);
      return [results[output]!.data as Float32Array];
    },
    ...(canonical ? { canonical: ([result]: Outcome) => [canonical(result as Float32Array)] } : {}),
    dispose: () => session.release(),
  };
}

function entries(work: Work): Entry[] {
  switch (work.operator) {
    case 'gemm':
      return gemm(work);
    case 'softmax':
      return [softmax(work)];
    case 'attention':
      return [multiHeadAttention(work), standardAttention(work)];
    case 'trajectories':
      return [];
  }
}

/** MatMul, or FusedMatMul where B is transposed. With B constant the runtime may pack it once, as it does for weights. */
function gemm({ batch, m, n, k, transposeB, a, b }: GemmWork): Entry[] {
  const lead = batch > 1 ? [batch] : [];
  const valueA = { name: 'a', shape: [...lead, m, k] };
  const valueB = { name: 'b', shape: [...lead, ...(transposeB ? [n, k] : [k, n])] };
  const wires = { inputs: ['a', 'b'], outputs: ['c'] };
  const nodes = transposeB
    ? [{ operator: 'FusedMatMul', domain: 'com.microsoft', attributes: { transB: 1 }, ...wires }]
    : [{ operator: 'MatMul', ...wires }];
  const graph = { nodes, inputs: [valueA, valueB], outputs: [{ name: 'c', shape: [...lead, m, n] }], opset: 17 };
  const both: Entry = { graph, feeds: { a, b } };
  if (batch > 1) return [both];
  const weights = { ...graph, inputs: [valueA], constants: [{ ...valueB, data: b }] };
  return [both, { variant: '(constant B)', graph: weights, feeds: { a } }];
}

function softmax({ rows, columns, x }: SoftmaxWork): Entry {
  const shape = [rows, columns];
  const nodes = [{ operator: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: 1 } }];
  return {
    graph: { nodes, inputs: [{ name: 'x', shape }], outputs: [{ name: 'y', shape }], opset: 17 },
    feeds: { x },
  };
}

/** The fused com.microsoft operator; it keeps heads beside each other: [1, length, heads * depth]. */
function multiHeadAttention({ heads, length, depth, causal, q, k, v }: AttentionWork): Entry {
  const shape = [1, length, heads * depth];
  const attributes = { num_heads: heads, ...(causal ? { unidirectional: 1 } : {}) };
  const nodes = [
    { operator: 'MultiHeadAttention', domain: 'com.microsoft', inputs: ['q', 'k', 'v'], outputs: ['o'], attributes },
  ];
  const inputs = ['q', 'k', 'v'].map((name) => ({ name, shape }));
  const interleave = (x: Float32Array) => swapAxes(x, heads, length, depth);
  return {
    variant: 'MultiHeadAttention',
    graph: { nodes, inputs, outputs: [{ name: 'o', shape }], opset: 17 },
    feeds: { q: interleave(q), k: interleave(k), v: interleave(v) },
    canonical: (output) => swapAxes(output, length, heads, depth),
  };
}

/** The standard operator of opset 23, in the layout [1, heads, length, depth]. */
function standardAttention({ heads, length, depth, causal, q, k, v }: AttentionWork): Entry {
  const shape = [1, heads, length, depth];
  const attributes = causal ? { is_causal: 1 } : {};
  const nodes = [{ operator: 'Attention', inputs: ['q', 'k', 'v'], outputs: ['o'], attributes }];
  const inputs = ['q', 'k', 'v'].map((name) => ({ name, shape }));
  return {
    variant: 'Attention-23',
    graph: { nodes, inputs, outputs: [{ name: 'o', shape }], opset: 23 },
    feeds: { q, k, v },
  };
}

/** [first, second, width] to [second, first, width]. */
function swapAxes(x: Float32Array, first: number, second: number, width: number): Float32Array {
  const swapped = new Float32Array(x.length);
  for (let i = 0; i < first; i++) {
    for (let j = 0; j < second; j++) {
      const from = (i * second + j) * width;
      swapped.set(x.subarray(from, from + width), (j * first + i) * width);
    }
  }
  return swapped;
}
