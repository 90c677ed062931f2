import { averageQuery, type CausalAlignment, copyQuery, scaledDotProductAttention } from '@dlv/attention';
import type { Backend } from '@dlv/kernels';

export interface AttendRequest {
  /** Number of orthonormal keys, m. */
  keys: number;
  /** Copy value 0, or average values 0 and 1. */
  select: 'one' | 'two';
  /** Total weight allowed outside the selection. */
  epsilon: number;
  /** Multiplies the smallest beta that keeps to epsilon. */
  stretch: number;
}

export interface AttendResponse {
  weights: number[];
  /** Values and what attention makes of them. */
  values: number[];
  output: number;
  target: number;
  beta: number;
  smallestBeta: number;
  leak: number;
  /** Leak over beta, by the closed form, and at the betas measured. */
  curve: { beta: number; theory: number; measured: number }[];
}

/** Orthonormal keys that are no standard basis: a product of Householder reflections of it, [m, m]. */
function orthonormalKeys(m: number): number[][] {
  const axis = Array.from({ length: m }, (_, i) => Math.sin(1 + 2.3 * i));
  const square = axis.reduce((sum, value) => sum + value * value, 0);
  return axis.map((a, i) => axis.map((b, j) => (i === j ? 1 : 0) - (2 * a * b) / square));
}

/** The query that copies one value or averages two, run through attention on the backend. */
export function attend(backend: Backend, { keys: m, select, epsilon, stretch }: AttendRequest): AttendResponse {
  const keys = orthonormalKeys(m);
  const selected = select === 'one' ? [0] : [0, 1];
  const found =
    select === 'one' ? copyQuery(keys, 0, { epsilon, scale: 1 }) : averageQuery(keys, selected, { epsilon, scale: 1 });
  const direction = (keys[0] as number[]).map((_, i) =>
    selected.reduce((sum, key) => sum + (keys[key]?.[i] as number), 0),
  );
  const beta = found.beta * stretch;
  const betas = [beta, ...Array.from({ length: 25 }, (_, i) => (i * 16) / 24)];
  const values = Array.from({ length: m }, (_, i) => (i === 0 ? 1 : i === 1 ? 3 : 2 + 2 * Math.cos(3 * i)));
  const read = backend.scope(() => {
    const { output, weights } = scaledDotProductAttention(
      backend.tensor(
        betas.flatMap((length) => direction.map((value) => length * value)),
        [betas.length, m],
      ),
      backend.tensor(keys.flat(), [m, m]),
      backend.tensor(values, [m, 1]),
      { scale: 1, returnWeights: true },
    );
    return { values: { output: output.dataSync() as Float32Array, weights: weights?.dataSync() as Float32Array } };
  }).values;
  const leakAt = (row: number) => 1 - selected.reduce((sum, key) => sum + (read.weights[row * m + key] as number), 0);
  const others = m - selected.length;
  return {
    weights: [...read.weights.subarray(0, m)],
    values,
    output: read.output[0] as number,
    target: selected.reduce((sum, key) => sum + (values[key] as number), 0) / selected.length,
    beta,
    smallestBeta: found.beta,
    leak: leakAt(0),
    curve: betas.slice(1).map((length, i) => ({
      beta: length,
      theory: others / (selected.length * Math.exp(length) + others),
      measured: leakAt(i + 1),
    })),
  };
}

export interface MaskedRequest {
  queries: number;
  keys: number;
  headSize: number;
  causal: 'none' | CausalAlignment;
  /** Sharpness: multiplies the default scale. */
  scale: number;
}

export interface MaskedResponse {
  /** [L, S] */
  weights: Float32Array;
  queries: number;
  keys: number;
  /** Milliseconds of one call, weights not asked for. */
  milliseconds: number;
  flop: number;
}

/** The weights of random queries and keys under a mask, and how long attention over eight such heads of 64 dimensions takes. */
export function maskedWeights(
  backend: Backend,
  { queries: L, keys: S, headSize: D, causal, scale }: MaskedRequest,
): MaskedResponse {
  const wave = (count: number, phase: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + phase) * 1.4);
  const options = { scale: scale / Math.sqrt(D), ...(causal === 'none' ? {} : { causal }) };
  const { weights } = backend.scope(() => {
    const [q, k, v] = [
      backend.tensor(wave(L * D, 1), [L, D]),
      backend.tensor(wave(S * D, 2), [S, D]),
      backend.tensor(wave(S, 3), [S, 1]),
    ] as const;
    const result = scaledDotProductAttention(q, k, v, { ...options, returnWeights: true });
    return { weights: result.weights?.dataSync() as Float32Array };
  });
  const [H, N, size] = [8, 512, 64];
  const { milliseconds } = backend.scope(() => {
    const heads = backend.tensor(wave(H * N * size, 4), [H, N, size]);
    scaledDotProductAttention(heads, heads, heads);
    const begin = performance.now();
    scaledDotProductAttention(heads, heads, heads);
    return { milliseconds: performance.now() - begin };
  });
  return { weights, queries: L, keys: S, milliseconds, flop: 4 * H * N * N * size };
}
