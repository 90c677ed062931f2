import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkRank, checkTensor, equalShapes } from './check.js';

/** Softmax over the last axis, its logarithm, its normaliser and its gradients; all float32. */
export interface SoftmaxOperators {
  /**
   * y_i = exp(x_i - max x) / sum_j exp(x_j - max x) over the last axis, float32. A row that holds NaN, +Infinity or only
   * -Infinity becomes NaN throughout. Probabilities below 2^-126 may come out as 0.
   */
  softmax(x: Tensor): Tensor;
  /**
   * y_i = (x_i - max x) - log sum_j exp(x_j - max x) over the last axis, float32: the logarithm of `softmax`, exact also where
   * that underflows. A row that holds NaN, +Infinity or only -Infinity becomes NaN throughout.
   */
  logSoftmax(x: Tensor): Tensor;
  /**
   * log sum_j exp(x_j) = max x + log sum_j exp(x_j - max x) over the last axis, float32; the result has the shape of `x`
   * without its last axis. A row that holds NaN gives NaN, else one that holds +Infinity gives +Infinity; a row that is
   * empty or holds only -Infinity gives -Infinity.
   */
  logSumExp(x: Tensor): Tensor;
  /**
   * dx_i = y_i (dy_i - sum_j y_j dy_j) over the last axis: the gradient with respect to x of a function of y = softmax(x)
   * whose gradient with respect to y is `dy`. `y`, `dy` and the result have one shape, float32.
   */
  softmaxGradient(y: Tensor, dy: Tensor): Tensor;
  /**
   * dx_i = dy_i - exp(y_i) sum_j dy_j over the last axis: the gradient with respect to x of a function of
   * y = logSoftmax(x) whose gradient with respect to y is `dy`. `y`, `dy` and the result have one shape, float32.
   */
  logSoftmaxGradient(y: Tensor, dy: Tensor): Tensor;
}

/** The rows and columns of a tensor whose last axis an operator runs over. */
export interface RowPlan {
  rows: number;
  columns: number;
  /** The shape without its last axis. */
  leading: readonly number[];
}

export function validateSoftmax(
  backend: BackendCore,
  x: Tensor,
  fn: 'softmax' | 'logSoftmax' | 'logSumExp' = 'softmax',
): RowPlan {
  return checkRows(backend, fn, 'x', x);
}

export function validateSoftmaxGradient(
  backend: BackendCore,
  y: Tensor,
  dy: Tensor,
  fn: 'softmaxGradient' | 'logSoftmaxGradient',
): RowPlan {
  const plan = checkRows(backend, fn, 'y', y);
  checkTensor(fn, 'dy', dy, backend, 'float32');
  if (!equalShapes(y.shape, dy.shape)) {
    throw new ShapeError(`${fn}: dy has shape ${formatShape(dy.shape)}, but y ${formatShape(y.shape)}`);
  }
  return plan;
}

/** Checks a float32 tensor of rank 1 or more, and takes it as rows along its last axis. */
export function checkRows(backend: BackendCore, fn: string, argument: string, tensor: Tensor): RowPlan {
  checkTensor(fn, argument, tensor, backend, 'float32');
  checkRank(fn, argument, tensor, 1);
  const leading = tensor.shape.slice(0, -1);
  return { rows: sizeOf(leading), columns: tensor.shape.at(-1) as number, leading };
}
