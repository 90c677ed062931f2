import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkTensor, equalShapes } from './check.js';

/**
 * Arithmetic on elements, float32, each result rounded once. In `add`, `subtract`, `multiply` and `divide` the shape of one
 * argument must be the trailing axes of the other's, or equal to it; a scalar has shape []. The smaller one is broadcast over
 * the leading axes. Zeros, infinities and NaN as in IEEE 754.
 */
export interface ElementwiseOperators {
  /** a + b. */
  add(a: Tensor, b: Tensor): Tensor;

  /** a - b. */
  subtract(a: Tensor, b: Tensor): Tensor;

  /** a b, element by element; `gemm` is the matrix product. */
  multiply(a: Tensor, b: Tensor): Tensor;

  /** a / b. */
  divide(a: Tensor, b: Tensor): Tensor;

  /** factor x, with the factor rounded to float32 first. */
  scale(x: Tensor, factor: number): Tensor;

  /**
   * alpha x + y, with alpha rounded to float32 first; x and y have equal shapes. Within u (2 |alpha x| + |y|) of the exact value,
   * u = 2^-24: the product is rounded too where multiply-adds are not fused.
   */
  axpy(alpha: number, x: Tensor, y: Tensor): Tensor;
}

/** Which argument repeats in a broadcast. */
export interface BroadcastPlan {
  /** The result's shape. */
  shape: readonly number[];
  /** The argument that repeats; 'none' if both have the result's shape. */
  smaller: 'a' | 'b' | 'none';
  /** Elements of the smaller argument. */
  period: number;
}

export function validateBroadcast(backend: BackendCore, fn: string, a: Tensor, b: Tensor): BroadcastPlan {
  checkTensor(fn, 'a', a, backend, 'float32');
  checkTensor(fn, 'b', b, backend, 'float32');
  if (equalShapes(a.shape, b.shape)) return { shape: a.shape, smaller: 'none', period: a.size };
  if (isTrailing(b.shape, a.shape)) return { shape: a.shape, smaller: 'b', period: b.size };
  if (isTrailing(a.shape, b.shape)) return { shape: b.shape, smaller: 'a', period: a.size };
  throw new ShapeError(
    `${fn}: a has shape ${formatShape(a.shape)} and b ${formatShape(b.shape)}; expected equal shapes, or one to be the trailing axes of the other`,
  );
}

const isTrailing = (part: readonly number[], whole: readonly number[]): boolean =>
  part.length < whole.length && equalShapes(part, whole.slice(whole.length - part.length));

export function validateScale(backend: BackendCore, x: Tensor, factor: number): void {
  checkTensor('scale', 'x', x, backend, 'float32');
  checkNumber('scale', 'factor', factor);
}

export function validateAxpy(backend: BackendCore, alpha: number, x: Tensor, y: Tensor): void {
  checkNumber('axpy', 'alpha', alpha);
  checkTensor('axpy', 'x', x, backend, 'float32');
  checkTensor('axpy', 'y', y, backend, 'float32');
  if (!equalShapes(x.shape, y.shape)) {
    throw new ShapeError(`axpy: x has shape ${formatShape(x.shape)}, but y ${formatShape(y.shape)}`);
  }
}

function checkNumber(fn: string, argument: string, value: unknown): void {
  if (typeof value !== 'number') throw new ValueError(`${fn}: ${argument} must be a number, got ${typeof value}`);
}
