import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkRank, checkTensor, equalShapes } from './check.js';

/**
 * Softmax and its relatives over the last axis, float32. Sums run in float32 over at most 4096 columns and in float64
 * beyond. Probabilities below 2^-126 may become 0.
 */
export interface SoftmaxOperators {
  /**
   * y_i = exp(x_i - max x) / sum_j exp(x_j - max x). A row that holds NaN, +Infinity or only -Infinity becomes NaN throughout.
   */
  softmax(x: Tensor): Tensor;

  /** y_i = x_i - max x - log sum_j exp(x_j - max x). Rows as above become NaN; -Infinity stays where it is. */
  logSoftmax(x: Tensor): Tensor;

  /**
   * log sum_j exp(x_j), of the shape of `x` without its last axis. -Infinity for a row of -Infinity or of nothing, +Infinity
   * for a row that holds it, NaN for a row that holds NaN.
   */
  logSumExp(x: Tensor): Tensor;

  /** Gradient with respect to x of a loss with gradient `dy` with respect to y = softmax(x): y (dy - sum(y dy)). */
  softmaxGradient(y: Tensor, dy: Tensor): Tensor;

  /** The same for y = logSoftmax(x): dy - exp(y) sum(dy). */
  logSoftmaxGradient(y: Tensor, dy: Tensor): Tensor;
}

/** Rows and columns of the last axis. */
export interface RowPlan {
  rows: number;
  columns: number;
}

export function validateSoftmax(backend: BackendCore, x: Tensor, fn = 'softmax'): RowPlan {
  checkTensor(fn, 'x', x, backend, 'float32');
  checkRank(fn, 'x', x, 1);
  return { rows: sizeOf(x.shape.slice(0, -1)), columns: x.shape.at(-1) as number };
}

export function validateSoftmaxGradient(backend: BackendCore, fn: string, y: Tensor, dy: Tensor): RowPlan {
  checkTensor(fn, 'y', y, backend, 'float32');
  checkTensor(fn, 'dy', dy, backend, 'float32');
  checkRank(fn, 'y', y, 1);
  if (!equalShapes(y.shape, dy.shape)) {
    throw new ShapeError(`${fn}: dy has shape ${formatShape(dy.shape)}, but y ${formatShape(y.shape)}`);
  }
  return { rows: sizeOf(y.shape.slice(0, -1)), columns: y.shape.at(-1) as number };
}
