import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { AttentionWork, Contender, Engine, GemmWork, NumericArray, TrajectoriesWork, Work } from '../src/work.js';

/** TensorFlow.js on its WebAssembly SIMD backend; in Node it never has threads. */
export async function createTfjsWasm(): Promise<Engine> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs-wasm: the wasm backend did not start');
  await tf.ready();
  return {
    name: 'tfjs-wasm',
    kind: 'rival',
    description: `${version_wasm} on tfjs-core ${tf.version_core}, SIMD, 1 thread`,
    prepare: async (work) => programs(work).map(contender),
    dispose: () => tf.removeBackend('wasm'),
  };
}

/** Tensors in the backend's memory and the program on them. */
interface Program {
  readonly variant?: string;
  readonly inputs: readonly tf.Tensor[];
  readonly compute: () => tf.Tensor[];
}

function contender({ variant, inputs, compute }: Program): Contender {
  return {
    name: variant ? `tfjs-wasm ${variant}` : 'tfjs-wasm',
    kind: 'rival',
    run() {
      const results = tf.tidy(compute);
      const arrays = results.map((result) => result.dataSync() as NumericArray);
      for (const result of results) result.dispose();
      return arrays;
    },
    dispose() {
      for (const input of inputs) input.dispose();
    },
  };
}

function programs(work: Work): Program[] {
  switch (work.operator) {
    case 'gemm':
      return gemm(work);
    case 'softmax': {
      const x = tf.tensor2d(work.x, [work.rows, work.columns]);
      return [{ inputs: [x], compute: () => [tf.softmax(x)] }];
    }
    case 'attention':
      return attention(work);
    case 'trajectories':
      return [trajectories(work)];
  }
}

/**
 * tfjs multiplies fast (XNNPACK) only single matrices that are not transposed; batches and transposed operands take a slow
 * loop. So besides the program its users write it enters a second one that keeps to the fast path.
 */
const fastPath = '(matrix by matrix)';

/** Products of the matrices of a and b [batch, .., ..] one at a time, on the fast path. */
function multiplyEach(a: tf.Tensor, b: tf.Tensor, transposeB: boolean): tf.Tensor {
  const rights = tf.unstack(b);
  const products = tf.unstack(a).map((left, i) => {
    const right = rights[i] as tf.Tensor2D;
    return tf.matMul(left as tf.Tensor2D, transposeB ? tf.transpose(right) : right);
  });
  return tf.stack(products);
}

function gemm({ batch, m, n, k, transposeB, a, b }: GemmWork): Program[] {
  const lead = batch > 1 ? [batch] : [];
  const left = tf.tensor(a, [...lead, m, k]);
  const right = tf.tensor(b, [...lead, ...(transposeB ? [n, k] : [k, n])]);
  const inputs = [left, right];
  const usual = { inputs, compute: () => [tf.matMul(left, right, false, transposeB)] };
  if (batch > 1) return [usual, { variant: fastPath, inputs, compute: () => [multiplyEach(left, right, transposeB)] }];
  if (!transposeB) return [usual];
  return [usual, { variant: '(transpose apart)', inputs, compute: () => [tf.matMul(left, tf.transpose(right))] }];
}

/** Compositions, for tfjs has no fused attention. */
function attention({ heads, length, depth, causal, q, k, v }: AttentionWork): Program[] {
  const tensor = (array: Float32Array) => tf.tensor3d(array, [heads, length, depth]);
  const queries = tensor(q);
  const keys = tensor(k);
  const values = tensor(v);
  const mask = causal ? causalMask(length) : undefined;
  const inputs = [queries, keys, values, ...(mask ? [mask] : [])];
  const weights = (products: tf.Tensor) => {
    const scores = tf.mul(products, 1 / Math.sqrt(depth));
    return tf.softmax(mask ? tf.add(scores, mask) : scores);
  };
  return [
    { inputs, compute: () => [tf.matMul(weights(tf.matMul(queries, keys, false, true)), values)] },
    {
      variant: fastPath,
      inputs,
      compute: () => [multiplyEach(weights(multiplyEach(queries, keys, true)), values, false)],
    },
  ];
}

/** [length, length]: 0 where the query sees the key, -1e9 where it does not. */
function causalMask(length: number): tf.Tensor2D {
  const mask = new Float32Array(length * length);
  for (let i = 0; i < length; i++) mask.fill(-1e9, i * length + i + 1, (i + 1) * length);
  return tf.tensor2d(mask, [length, length]);
}

/** tfjs has no float64, so this is float32 and named so: four elementwise kernels per step over all trajectories. */
function trajectories({ p0, q0, steps, stepSize }: TrajectoriesWork): Program {
  const starts = [tf.tensor1d(Float32Array.from(p0)), tf.tensor1d(Float32Array.from(q0))] as const;
  const h = tf.scalar(stepSize);
  const step = (p: tf.Tensor, q: tf.Tensor): [tf.Tensor, tf.Tensor] => {
    const nextQ = tf.add(q, tf.mul(p, h));
    return [tf.sub(p, tf.mul(nextQ, h)), nextQ];
  };
  const compute = () => {
    let state: [tf.Tensor, tf.Tensor] = [...starts];
    for (let t = 0; t < steps; t++) {
      const next = tf.tidy(() => step(...state));
      if (t > 0) tf.dispose(state);
      state = next;
    }
    return state;
  };
  return { variant: '(float32)', inputs: [...starts, h], compute };
}
