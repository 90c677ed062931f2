import type { BackendCore, Tensor } from '../backend.js';
import { sizeOf } from '../tensor-data.js';
import { checkRank, checkTensor } from './check.js';

/** Softmax over the last axis. */
export interface SoftmaxOperators {
  /**
   * y_i = exp(x_i - max x) / sum_j exp(x_j - max x) over the last axis, float32. A row that holds NaN, +Infinity or only
   * -Infinity becomes NaN throughout.
   */
  softmax(x: Tensor): Tensor;
}

export function validateSoftmax(backend: BackendCore, x: Tensor): { rows: number; columns: number } {
  checkTensor('softmax', 'x', x, backend, 'float32');
  checkRank('softmax', 'x', x, 1);
  return { rows: sizeOf(x.shape.slice(0, -1)), columns: x.shape.at(-1) as number };
}
