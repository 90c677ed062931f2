import { ValueError } from '@dlv/kernels';
import { attentionWeights, checkKeys, type Keys, orthonormalityDefect } from './keys.js';

/** Options of `copyQuery` and `averageQuery`. */
export interface SelectionOptions {
  /** Largest total weight that may fall on the keys outside the selection. Default 0.01. */
  epsilon?: number;
  /** Scale the operator will multiply the scores by; the query is divided by it. Default 1; attention's own is 1/sqrt(D). */
  scale?: number;
}

/** A query that selects keys, and what it achieves. */
export interface Selection {
  /** The query q, [d]: plain numbers, which `backend.tensor` takes as float32. */
  query: number[];
  /** The logit of each selected key, scale * q . k_j; the smallest that meets epsilon. */
  beta: number;
  /** softmax(scale K q), [m], computed from the query in float64. */
  weights: Float64Array;
  /** The weights aimed at: 1/r on each of the r selected keys, 0 elsewhere. */
  target: Float64Array;
  /** Achieved total weight outside the selection; at most epsilon up to rounding. */
  leak: number;
  /** The bound asked for. */
  epsilon: number;
  /** True only when nothing lies outside the selection: then the weights equal the target whatever beta is. */
  exact: boolean;
}

/** Orthonormality is judged against the rounding of float32 keys: 1e-5 admits those and refuses a visible angle. */
const orthonormalTolerance = 1e-5;

/**
 * The query that makes attention copy value j, for orthonormal keys: q = beta k_j / scale gives
 * alpha_j = e^beta / (e^beta + m - 1), and alpha_j >= 1 - epsilon exactly from beta = ln((m-1)(1-epsilon)/epsilon) on.
 *
 * @throws ValueError when the keys are not orthonormal, `index` is no key, or an option is out of range.
 * Source: the assignment's question 2.1 (CS224N attention exploration), with the bound made exact.
 */
export function copyQuery(keys: Keys, index: number, options: SelectionOptions = {}): Selection {
  return select('copyQuery', keys, [index], options);
}

/**
 * The query that makes attention average the values of a set A of r keys, for orthonormal keys:
 * q = beta sum_A k_i / scale puts e^beta / (r e^beta + m - r) on each, so the leak (m-r)/(r e^beta + m - r) is at most
 * epsilon exactly from beta = ln((m-r)(1-epsilon)/(r epsilon)) on; for two keys ln((m-2)(1-epsilon)/(2 epsilon)).
 *
 * @throws ValueError when the keys are not orthonormal, an index repeats or is no key, or an option is out of range.
 * Source: the assignment's question 2.2, with the bound made exact.
 */
export function averageQuery(keys: Keys, indices: readonly number[], options: SelectionOptions = {}): Selection {
  return select('averageQuery', keys, indices, options);
}

function select(fn: string, input: Keys, indices: readonly number[], options: SelectionOptions): Selection {
  const keys = checkKeys(fn, input);
  const { epsilon, scale } = checkSelection(fn, keys, indices, options);
  const [m, r] = [keys.length, indices.length];
  // Where epsilon allows even uniform weights the bound is negative, and no query is needed at all.
  const beta = m === r ? 0 : Math.max(0, Math.log((m - r) / r) + Math.log1p(-epsilon) - Math.log(epsilon));
  const query = new Array<number>(keys[0]?.length ?? 0).fill(0);
  for (const index of indices) {
    for (const [d, value] of (keys[index] as Float64Array).entries())
      query[d] = (query[d] as number) + value * (beta / scale);
  }
  const weights = attentionWeights(keys, query, scale);
  const target = Float64Array.from(keys, (_, i) => (indices.includes(i) ? 1 / r : 0));
  const leak = weights.reduce((sum, weight, i) => (target[i] === 0 ? sum + weight : sum), 0);
  return { query, beta, weights, target, leak, epsilon, exact: m === r };
}

function checkSelection(
  fn: string,
  keys: readonly Float64Array[],
  indices: readonly number[],
  options: SelectionOptions,
): { epsilon: number; scale: number } {
  for (const key of Object.keys(options)) {
    if (key !== 'epsilon' && key !== 'scale') {
      throw new ValueError(`${fn}: unknown option '${key}'; it takes epsilon, scale`);
    }
  }
  const { epsilon = 0.01, scale = 1 } = options;
  if (!(epsilon > 0 && epsilon < 1)) throw new ValueError(`${fn}: epsilon must lie between 0 and 1, got ${epsilon}`);
  if (!(Number.isFinite(scale) && scale > 0)) throw new ValueError(`${fn}: scale must be positive, got ${scale}`);
  if (!Array.isArray(indices) || indices.length === 0)
    throw new ValueError(`${fn}: indices must name at least one key`);
  for (const [i, index] of indices.entries()) {
    if (!Number.isInteger(index) || index < 0 || index >= keys.length) {
      throw new ValueError(`${fn}: ${index} is no key; there are ${keys.length}, counted from 0`);
    }
    if (indices.indexOf(index) !== i) throw new ValueError(`${fn}: key ${index} is named twice`);
  }
  const defect = orthonormalityDefect(keys);
  if (defect > orthonormalTolerance) {
    throw new ValueError(
      `${fn}: keys must be orthonormal; the largest |k_i . k_j - delta_ij| is ${defect.toPrecision(3)}, ` +
        `expected at most ${orthonormalTolerance}`,
    );
  }
  return { epsilon, scale };
}
