import { ShapeError, ValueError } from '@dlv/kernels';

/** Key vectors k_1..k_m in R^d: an array of rows. */
export type Keys = readonly (readonly number[] | Float32Array | Float64Array)[];

/** Checks that `keys` are at least one finite vector each of one length, and returns them in float64. */
export function checkKeys(fn: string, keys: Keys): Float64Array[] {
  if (!Array.isArray(keys) || keys.length === 0) {
    throw new ShapeError(`${fn}: keys must be a non-empty array of vectors`);
  }
  const size = keys[0]?.length ?? 0;
  return keys.map((key, i) => {
    if (key.length !== size) {
      throw new ShapeError(`${fn}: keys[${i}] has ${key.length} components, but keys[0] has ${size}`);
    }
    const row = Float64Array.from(key);
    const odd = row.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) throw new ValueError(`${fn}: keys[${i}][${odd}] must be finite, got ${row[odd]}`);
    return row;
  });
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** The largest |k_i . k_j - delta_ij|: 0 for exactly orthonormal keys. */
export function orthonormalityDefect(keys: readonly Float64Array[]): number {
  let defect = 0;
  for (const [i, a] of keys.entries()) {
    for (const [j, b] of keys.entries()) defect = Math.max(defect, Math.abs(dot(a, b) - (i === j ? 1 : 0)));
  }
  return defect;
}

/** softmax of scale * K q in float64: [m]. */
export function attentionWeights(keys: readonly Float64Array[], query: ArrayLike<number>, scale: number): Float64Array {
  const logits = Float64Array.from(keys, (key) => scale * dot(key, query));
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}
