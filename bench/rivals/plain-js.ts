import { transposeEach } from '../src/transpose.js';
import type {
  AttentionWork,
  Contender,
  Engine,
  GemmWork,
  Outcome,
  SoftmaxWork,
  TrajectoriesWork,
  Work,
} from '../src/work.js';
import { elementwise, layerNorm, reduction } from './plain-js-rows.js';
import { trajectoryLoops } from './plain-js-trajectories.js';

/** What one would write by hand in JavaScript: typed arrays, good loop orders, no blocking for caches. */
export async function createPlainJs(): Promise<Engine> {
  return {
    name: 'plain-js',
    kind: 'rival',
    description: 'loops over typed arrays in this Node',
    prepare: async (work) => variants(work).map(([name, run]) => contender(name, run)),
    dispose() {},
  };
}

type Variant = readonly [name: string, run: () => Outcome];

const contender = (name: string, run: () => Outcome): Contender => ({ name, kind: 'rival', run, dispose() {} });

function variants(work: Work): Variant[] {
  switch (work.operator) {
    case 'gemm':
      return [['plain-js', () => [gemm(work)]]];
    case 'softmax':
      return [['plain-js', () => [softmax(work)]]];
    case 'attention':
      return [['plain-js', () => [attention(work)]]];
    case 'attention-gradients':
      return [];
    case 'layer-norm': {
      const y = new Float32Array(work.x.length);
      return [['plain-js', () => [layerNorm(work, y)]]];
    }
    case 'elementwise': {
      const result = new Float32Array(work.x.length);
      return [['plain-js', () => [elementwise(work, result)]]];
    }
    case 'reduction':
      return [['plain-js', () => [reduction(work)]]];
    case 'trajectories':
      return trajectoryLoops.map(([name, loop]) => [`plain-js ${name}`, () => runTrajectories(work, loop)]);
  }
}

function runTrajectories(
  { p0, q0, steps, stepSize }: TrajectoriesWork,
  loop: (typeof trajectoryLoops)[number][1],
): Outcome {
  const p = p0.slice();
  const q = q0.slice();
  loop(p, q, steps, stepSize);
  return [p, q];
}

/** A transposed A is copied first, so that the loops run along rows. */
function gemm({ batch, m, n, k, transposeA, transposeB, a, b }: GemmWork): Float32Array {
  const rows = transposeA ? transposeEach(a, batch, k, m) : a;
  const c = new Float32Array(batch * m * n);
  const multiply = transposeB ? multiplyTransposed : multiplyRows;
  for (let i = 0; i < batch; i++) {
    const part = (array: Float32Array, size: number) => array.subarray(i * size, (i + 1) * size);
    multiply(part(rows, m * k), part(b, k * n), part(c, m * n), m, n, k);
  }
  return c;
}

/** Adds four rows of B at a time to each row of C: unit stride, one load and store of C per four products. */
function multiplyRows(a: Float32Array, b: Float32Array, c: Float32Array, m: number, n: number, k: number): void {
  const whole = k - (k % 4);
  for (let i = 0; i < m; i++) {
    const row = i * n;
    for (let x = 0; x < whole; x += 4) {
      const at = i * k + x;
      const a0 = a[at]!;
      const a1 = a[at + 1]!;
      const a2 = a[at + 2]!;
      const a3 = a[at + 3]!;
      const b0 = x * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) {
        c[row + j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
      }
    }
    for (let x = whole; x < k; x++) {
      const value = a[i * k + x]!;
      for (let j = 0; j < n; j++) c[row + j]! += value * b[x * n + j]!;
    }
  }
}

/** Dot products of rows of A and B with four sums, so that additions do not wait for each other. */
function multiplyTransposed(a: Float32Array, b: Float32Array, c: Float32Array, m: number, n: number, k: number): void {
  const whole = k - (k % 4);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const u = i * k;
      const v = j * k;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let x = 0; x < whole; x += 4) {
        s0 += a[u + x]! * b[v + x]!;
        s1 += a[u + x + 1]! * b[v + x + 1]!;
        s2 += a[u + x + 2]! * b[v + x + 2]!;
        s3 += a[u + x + 3]! * b[v + x + 3]!;
      }
      for (let x = whole; x < k; x++) s0 += a[u + x]! * b[v + x]!;
      c[i * n + j] = s0 + s1 + (s2 + s3);
    }
  }
}

function softmax({ rows, columns, x }: SoftmaxWork): Float32Array {
  const y = new Float32Array(rows * columns);
  for (let start = 0; start < x.length; start += columns) softmaxRow(x, y, start, start + columns);
  return y;
}

function softmaxRow(x: Float32Array, y: Float32Array, start: number, end: number): void {
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) if (x[i]! > maximum) maximum = x[i]!;
  let sum = 0;
  for (let i = start; i < end; i++) {
    const value = Math.exp(x[i]! - maximum);
    y[i] = value;
    sum += value;
  }
  const scale = 1 / sum;
  for (let i = start; i < end; i++) y[i]! *= scale;
}

/** One row of scores at a time; hidden keys are skipped. */
function attention({ heads, length, depth, causal, q, k, v }: AttentionWork): Float32Array {
  const output = new Float32Array(heads * length * depth);
  const scores = new Float32Array(length);
  const scale = 1 / Math.sqrt(depth);
  for (let head = 0; head < heads; head++) {
    const base = head * length * depth;
    for (let i = 0; i < length; i++) {
      const row = base + i * depth;
      const seen = causal ? i + 1 : length;
      for (let j = 0; j < seen; j++) {
        const key = base + j * depth;
        let s0 = 0;
        let s1 = 0;
        for (let x = 0; x < depth; x += 2) {
          s0 += q[row + x]! * k[key + x]!;
          s1 += q[row + x + 1]! * k[key + x + 1]!;
        }
        scores[j] = (s0 + s1) * scale;
      }
      softmaxRow(scores, scores, 0, seen);
      for (let j = 0; j < seen; j++) {
        const weight = scores[j]!;
        const value = base + j * depth;
        for (let x = 0; x < depth; x++) output[row + x]! += weight * v[value + x]!;
      }
    }
  }
  return output;
}
