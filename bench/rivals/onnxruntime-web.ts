import * as ort from 'onnxruntime-web';
import type {
  AttentionWork,
  Contender,
  ElementwiseWork,
  Engine,
  GemmWork,
  LayerNormWork,
  NumericArray,
  Outcome,
  ReductionWork,
  SoftmaxWork,
  Work,
} from '../src/work.js';
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

/** int64 comes as BigInt64Array. */
type OnnxOutput = Float32Array | BigInt64Array;

/** One model and what is fed to it. */
interface Entry {
  readonly variant?: string;
  readonly graph: OnnxGraph;
  readonly feeds: Readonly<Record<string, Float32Array>>;
  readonly canonical?: (output: OnnxOutput) => NumericArray;
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
    ...(canonical ? { canonical: ([result]: Outcome) => [canonical(result as unknown as OnnxOutput)] } : {}),
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
    case 'layer-norm':
      return [layerNorm(work)];
    case 'elementwise':
      return [elementwise(work)];
    case 'reduction':
      return [reduction(work)];
    // It has no gradients and no loop of its own over steps.
    case 'attention-gradients':
    case 'trajectories':
      return [];
  }
}

/** MatMul, or FusedMatMul where A or B is transposed. With B constant the runtime may pack it once, as it does for weights. */
function gemm({ batch, m, n, k, transposeA, transposeB, a, b }: GemmWork): Entry[] {
  const lead = batch > 1 ? [batch] : [];
  const valueA = { name: 'a', shape: [...lead, ...(transposeA ? [k, m] : [m, k])] };
  const valueB = { name: 'b', shape: [...lead, ...(transposeB ? [n, k] : [k, n])] };
  const wires = { inputs: ['a', 'b'], outputs: ['c'] };
  const attributes = { transA: Number(transposeA), transB: Number(transposeB) };
  const nodes =
    transposeA || transposeB
      ? [{ operator: 'FusedMatMul', domain: 'com.microsoft', attributes, ...wires }]
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

function layerNorm({ rows, columns, epsilon, x, scale, shift }: LayerNormWork): Entry {
  const values = [
    { name: 'x', shape: [rows, columns] },
    { name: 'scale', shape: [columns], data: scale },
    { name: 'shift', shape: [columns], data: shift },
  ] as const;
  const [input, ...constants] = values;
  const attributes = { epsilon: { float: epsilon } };
  const nodes = [{ operator: 'LayerNormalization', inputs: ['x', 'scale', 'shift'], outputs: ['y'], attributes }];
  return {
    graph: { nodes, inputs: [input], constants, outputs: [{ name: 'y', shape: [rows, columns] }], opset: 17 },
    feeds: { x },
  };
}

const elementwiseOperators = { exp: 'Exp', gelu: 'Gelu', tanh: 'Tanh', sigmoid: 'Sigmoid', add: 'Add', bias: 'Add' };

function elementwise(work: ElementwiseWork): Entry {
  const { fn, columns, x } = work;
  const shape = [work.rows, columns];
  const node = { operator: elementwiseOperators[fn], outputs: ['z'] };
  const input = { name: 'x', shape };
  const outputs = [{ name: 'z', shape }];
  if (fn !== 'add' && fn !== 'bias') {
    const nodes = [{ ...node, inputs: ['x'] }];
    return { graph: { nodes, inputs: [input], outputs, opset: 20 }, feeds: { x } };
  }
  const nodes = [{ ...node, inputs: ['x', 'y'] }];
  const { y } = work;
  if (fn === 'bias') {
    const constants = [{ name: 'y', shape: [columns], data: y }];
    return { graph: { nodes, inputs: [input], constants, outputs, opset: 20 }, feeds: { x } };
  }
  return { graph: { nodes, inputs: [input, { name: 'y', shape }], outputs, opset: 20 }, feeds: { x, y } };
}

/** With opset 12, the last where the axes of every reduction are attributes. */
function reduction({ fn, axis, rows, columns, x }: ReductionWork): Entry {
  const operator = { sum: 'ReduceSum', max: 'ReduceMax', argmax: 'ArgMax' }[fn];
  const attributes = { keepdims: 0, ...(fn === 'argmax' ? { axis } : { axes: [axis] }) };
  const nodes = [{ operator, inputs: ['x'], outputs: ['y'], attributes }];
  const output = {
    name: 'y',
    shape: [axis === 1 ? rows : columns],
    type: fn === 'argmax' ? 'int64' : 'float32',
  } as const;
  return {
    graph: { nodes, inputs: [{ name: 'x', shape: [rows, columns] }], outputs: [output], opset: 12 },
    feeds: { x },
    canonical: (places) => (places instanceof BigInt64Array ? Int32Array.from(places, Number) : places),
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
    canonical: (output) => swapAxes(output as Float32Array, length, heads, depth),
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
