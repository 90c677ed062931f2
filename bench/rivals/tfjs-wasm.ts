import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type {
  AttentionGradientsWork,
  AttentionWork,
  Contender,
  ElementwiseWork,
  Engine,
  GemmWork,
  LayerNormWork,
  NumericArray,
  ReductionWork,
  TrajectoriesWork,
  UnaryName,
  Work,
} from '../src/work.js';
import { registerGradients } from './tfjs-gradients.js';

/** TensorFlow.js on its WebAssembly SIMD backend; in Node it never has threads. */
export async function createTfjsWasm(): Promise<Engine> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs-wasm: the wasm backend did not start');
  await tf.ready();
  registerGradients();
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
    // The backend computes at once, so what is not read is done nevertheless.
    compute() {
      tf.tidy(() => void compute());
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
    case 'attention-gradients':
      return attentionGradients(work);
    case 'layer-norm':
      return [layerNorm(work)];
    case 'elementwise':
      return [elementwise(work)];
    case 'reduction':
      return [reduction(work)];
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
function multiplyEach(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  const rights = tf.unstack(b);
  const products = tf.unstack(a).map((left, i) => {
    const right = rights[i] as tf.Tensor2D;
    const first = transposeA ? tf.transpose(left) : left;
    return tf.matMul(first as tf.Tensor2D, transposeB ? tf.transpose(right) : right);
  });
  return tf.stack(products);
}

function gemm({ batch, m, n, k, transposeA, transposeB, a, b }: GemmWork): Program[] {
  const lead = batch > 1 ? [batch] : [];
  const left = tf.tensor(a, [...lead, ...(transposeA ? [k, m] : [m, k])]);
  const right = tf.tensor(b, [...lead, ...(transposeB ? [n, k] : [k, n])]);
  const inputs = [left, right];
  const usual = { inputs, compute: () => [tf.matMul(left, right, transposeA, transposeB)] };
  if (batch > 1) {
    return [usual, { variant: fastPath, inputs, compute: () => [multiplyEach(left, right, transposeA, transposeB)] }];
  }
  if (!transposeA && !transposeB) return [usual];
  const apart = () => [tf.matMul(transposeA ? tf.transpose(left) : left, transposeB ? tf.transpose(right) : right)];
  return [usual, { variant: '(transpose apart)', inputs, compute: apart }];
}

/** Compositions, for tfjs has no fused attention. */
function attention({ heads, length, depth, causal, q, k, v }: AttentionWork): Program[] {
  const inputs = [q, k, v].map((array) => tf.tensor3d(array, [heads, length, depth])) as [Heads, Heads, Heads];
  const mask = causal ? causalMask(length) : undefined;
  const [queries, keys, values] = inputs;
  const all = mask ? [...inputs, mask] : inputs;
  const weights = (products: tf.Tensor) => softmaxOfScores(products, depth, mask);
  return [
    { inputs: all, compute: () => [attend(queries, keys, values, mask)] },
    {
      variant: fastPath,
      inputs: all,
      compute: () => [multiplyEach(weights(multiplyEach(queries, keys, false, true)), values, false, false)],
    },
  ];
}

type Heads = tf.Tensor3D;

function softmaxOfScores(products: tf.Tensor, depth: number, mask: tf.Tensor | undefined): tf.Tensor {
  const scores = tf.mul(products, 1 / Math.sqrt(depth));
  return tf.softmax(mask ? tf.add(scores, mask) : scores);
}

function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  const weights = softmaxOfScores(tf.matMul(q, k, false, true), q.shape.at(-1) as number, mask);
  return tf.matMul(weights, v);
}

/** What automatic differentiation makes of the composition; `tf.grads` runs it forward too. */
function attentionGradients({ heads, length, depth, causal, q, k, v, dOutput }: AttentionGradientsWork): Program[] {
  const inputs = [q, k, v].map((array) => tf.tensor3d(array, [heads, length, depth]));
  const dy = tf.tensor3d(dOutput, [heads, length, depth]);
  const mask = causal ? causalMask(length) : undefined;
  const gradients = tf.grads((queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor) =>
    attend(queries, keys, values, mask),
  );
  return [{ inputs: [...inputs, dy, ...(mask ? [mask] : [])], compute: () => gradients(inputs, dy) }];
}

/** Moments and arithmetic, as tfjs-layers does it. */
function layerNorm({ rows, columns, epsilon, x, scale, shift }: LayerNormWork): Program {
  const input = tf.tensor2d(x, [rows, columns]);
  const gamma = tf.tensor1d(scale);
  const beta = tf.tensor1d(shift);
  const compute = () => {
    const { mean, variance } = tf.moments(input, -1, true);
    const normalized = tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, epsilon)));
    return [tf.add(tf.mul(normalized, gamma), beta)];
  };
  return { inputs: [input, gamma, beta], compute };
}

const unary: Record<UnaryName, (x: tf.Tensor) => tf.Tensor> = {
  exp: (x) => tf.exp(x),
  // tfjs has no gelu.
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
};

function elementwise(work: ElementwiseWork): Program {
  const shape = [work.rows, work.columns];
  const x = tf.tensor(work.x, shape);
  if (work.fn !== 'add' && work.fn !== 'bias') {
    const operate = unary[work.fn];
    return { inputs: [x], compute: () => [operate(x)] };
  }
  const y = tf.tensor(work.y, work.fn === 'add' ? shape : [work.columns]);
  return { inputs: [x, y], compute: () => [tf.add(x, y)] };
}

function reduction({ fn, axis, rows, columns, x }: ReductionWork): Program {
  const input = tf.tensor2d(x, [rows, columns]);
  const operate = { sum: tf.sum, max: tf.max, argmax: tf.argMax }[fn];
  return { inputs: [input], compute: () => [operate(input, axis)] };
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
