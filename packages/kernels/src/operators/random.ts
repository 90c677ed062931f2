import type { BackendCore, Tensor } from '../backend.js';
import { DisposedError, ShapeError, ValueError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkOptions, checkTensor, equalShapes } from './check.js';

/** Which part of which stream of random words an operator takes. */
export interface RandomOptions {
  /** Key of the generator, from 0 to 2^64 - 1, as a safe integer or a bigint. */
  seed: number | bigint;
  /** One of 2^64 independent streams of a seed. Default 0. */
  stream?: number | bigint;
  /** Position of the first element in its stream, from 0 to 2^66 - 1. Default 0. */
  offset?: number | bigint;
}

/** Options of {@link RandomOperators.randomUniform}. */
export interface RandomUniformOptions extends RandomOptions {
  /** Default 0. */
  low?: number;
  /** Default 1. */
  high?: number;
}

/** Options of {@link RandomOperators.randomNormal}. */
export interface RandomNormalOptions extends RandomOptions {
  /** Default 0. */
  mean?: number;
  /** Standard deviation. Default 1. */
  deviation?: number;
}

/** Options of {@link RandomOperators.randomBernoulli}. */
export interface RandomBernoulliOptions extends RandomOptions {
  /** Probability of 1: a number in [0, 1], or a float32 tensor of the result's shape. */
  probability: number | Tensor;
}

/**
 * Random tensors from the counter-based generator Philox 4x32-10. The word at position p of a stream is word p mod 4 of
 * Philox with the counter (floor(p / 4) low, floor(p / 4) high, stream low, stream high), in 32-bit words, and the key
 * (seed low, seed high). There is no state: element i of a result depends on (seed, stream, offset + i) alone, so that
 * 10 numbers and 10 more at offset 10 are the 20 numbers at offset 0, on every backend and for any number of threads.
 * Two operators given the same positions use the same words: take another stream for numbers that are to be independent.
 * Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
export interface RandomOperators {
  /**
   * float32 of `shape`, uniform in [low, high): low + (high - low) u with u = (word >> 8) / 2^24, each step rounded to
   * float32, and at most the last number before `high`. The same bits on every CPU backend.
   */
  randomUniform(shape: readonly number[], options: RandomUniformOptions): Tensor;

  /**
   * float32 of `shape`, normal: mean + deviation z. Two z come of the words a and b at an even position and the one after
   * it: sqrt(-2 ln u) cos(2 pi b / 2^32) and sqrt(-2 ln u) sin(2 pi b / 2^32), u = (a + 1/2) / 2^32. So |z| is at most
   * sqrt(66 ln 2) = 6.764, beyond which a normal variable is found once in 7e10 draws. On the WASM backend z has a
   * relative error of at most 5e-7, and the same bits in every binary. Source: Box and Muller 1958.
   */
  randomNormal(shape: readonly number[], options: RandomNormalOptions): Tensor;

  /**
   * bool of `shape`: 1 where word < floor(2^32 probability), always for probability 1. The elements of a probability
   * tensor are not checked: those from 1 up always give 1, negative ones and NaN never.
   */
  randomBernoulli(shape: readonly number[], options: RandomBernoulliOptions): Tensor;

  /**
   * int32 [n]: the integers 0 to n - 1 in an order of which all n! are equally likely, by Fisher and Yates' shuffle with
   * integers of Lemire's rejection method. It reads n - 1 words from `offset` on, and one more for each of the few it
   * rejects (n^2 / 2^33 on average), so give each permutation a stream of its own. The same bits on every CPU backend.
   * Source: Lemire 2019, "Fast random integer generation in an interval".
   */
  randomPermutation(n: number, options: RandomOptions): Tensor;
}

/** Checked arguments of a random operator. Seed and stream as their low and high 32-bit words. */
export interface RandomPlan {
  size: number;
  seed: readonly [number, number];
  stream: readonly [number, number];
  offset: bigint;
}

const positionOptions = ['seed', 'stream', 'offset'];

export function validateRandomUniform(
  backend: BackendCore,
  shape: readonly number[],
  options: RandomUniformOptions,
): RandomPlan & { least: number; width: number; top: number } {
  const fn = 'randomUniform';
  const plan = checkRandom(fn, backend, shape, options, ['low', 'high']);
  const least = Math.fround(checkFinite(fn, 'low', options.low ?? 0));
  const high = Math.fround(checkFinite(fn, 'high', options.high ?? 1));
  const width = Math.fround(high - least);
  if (!(width > 0 && width < Number.POSITIVE_INFINITY)) {
    throw new ValueError(
      `${fn}: low and high must be float32 numbers with low < high and high - low finite, got ${least} and ${high}`,
    );
  }
  return { ...plan, least, width, top: before(high) };
}

export function validateRandomNormal(
  backend: BackendCore,
  shape: readonly number[],
  options: RandomNormalOptions,
): RandomPlan & { mean: number; deviation: number } {
  const fn = 'randomNormal';
  const plan = checkRandom(fn, backend, shape, options, ['mean', 'deviation']);
  const mean = checkFinite(fn, 'mean', options.mean ?? 0);
  const deviation = checkFinite(fn, 'deviation', options.deviation ?? 1);
  if (deviation < 0) throw new ValueError(`${fn}: deviation must not be negative, got ${deviation}`);
  return { ...plan, mean: Math.fround(mean), deviation: Math.fround(deviation) };
}

export function validateRandomBernoulli(
  backend: BackendCore,
  shape: readonly number[],
  options: RandomBernoulliOptions,
): RandomPlan & { probability: number | Tensor } {
  const fn = 'randomBernoulli';
  const plan = checkRandom(fn, backend, shape, options, ['probability']);
  const { probability } = options;
  if (typeof probability === 'object' && probability !== null) {
    checkTensor(fn, 'probability', probability, backend, 'float32');
    if (!equalShapes(probability.shape, shape)) {
      throw new ShapeError(
        `${fn}: probability has shape ${formatShape(probability.shape)}, expected ${formatShape(shape)}`,
      );
    }
  } else if (typeof probability !== 'number' || !(probability >= 0 && probability <= 1)) {
    throw new ValueError(
      `${fn}: probability must be a number from 0 to 1 or a float32 tensor, got ${String(probability)}`,
    );
  }
  return { ...plan, probability };
}

export function validateRandomPermutation(backend: BackendCore, n: number, options: RandomOptions): RandomPlan {
  const fn = 'randomPermutation';
  if (!Number.isSafeInteger(n) || n < 0 || n > 0x7fffffff) {
    throw new ValueError(`${fn}: n must be an integer from 0 to 2147483647, got ${String(n)}`);
  }
  return checkRandom(fn, backend, [n], options, []);
}

function checkRandom(
  fn: string,
  backend: BackendCore,
  shape: readonly number[],
  options: RandomOptions,
  more: readonly string[],
): RandomPlan {
  if (backend.disposed) throw new DisposedError(`${fn}: the ${backend.info.name} backend was disposed of`);
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new ShapeError(`${fn}: shape must be an array of non-negative integers, got ${String(shape)}`);
  }
  checkOptions(fn, options, [...positionOptions, ...more]);
  const size = sizeOf(shape);
  const seed = checkWide(fn, 'seed', options.seed, 64n);
  const stream = checkWide(fn, 'stream', options.stream ?? 0, 64n);
  const offset = checkWide(fn, 'offset', options.offset ?? 0, 66n);
  return { size, seed: halves(seed), stream: halves(stream), offset };
}

function checkWide(fn: string, option: string, value: unknown, bits: bigint): bigint {
  const wide = typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value as number | bigint) : -1n;
  if (wide < 0n || wide >= 1n << bits) {
    throw new ValueError(
      `${fn}: ${option} must be an integer from 0 to 2^${bits} - 1 (a safe integer or a bigint), got ${String(value)}`,
    );
  }
  return wide;
}

const halves = (wide: bigint): [low: number, high: number] => [Number(wide & 0xffffffffn), Number(wide >> 32n)];

function checkFinite(fn: string, option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) {
    throw new ValueError(`${fn}: ${option} must be a finite float32 number, got ${String(value)}`);
  }
  return value;
}

/** The largest float32 number below x. */
function before(x: number): number {
  const view = new DataView(new ArrayBuffer(4));
  if (x === 0) return -(2 ** -149);
  view.setFloat32(0, x);
  view.setInt32(0, view.getInt32(0) + (x > 0 ? -1 : 1));
  return view.getFloat32(0);
}
