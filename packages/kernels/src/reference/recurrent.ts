import type { Tensor } from '../backend.js';
import { type ReferenceCore, values } from './core.js';

/** What a recurrent step's arithmetic reads: float32 arguments, or float64 values that are not rounded in between. */
export type Matrix = Float32Array | Float64Array;

/** x W^T in float64. x [B, K], weights [rows, K] from row `from` on; result [B, rows]. */
export function project(B: number, rows: number, K: number, x: Matrix, weights: Matrix, from = 0): Float64Array {
  const out = new Float64Array(B * rows);
  for (let b = 0; b < B; b++)
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += (x[b * K + k] as number) * (weights[(from + i) * K + k] as number);
      out[b * rows + i] = sum;
    }
  return out;
}

/** slopes W in float64, the gradient at x of project. slopes [B, rows], weights [rows, K] from row `from` on; result [B, K]. */
export function projectBack(
  B: number,
  rows: number,
  K: number,
  slopes: Matrix,
  weights: Matrix,
  from = 0,
): Float64Array {
  const out = new Float64Array(B * K);
  for (let b = 0; b < B; b++)
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += (slopes[b * rows + i] as number) * (weights[(from + i) * K + k] as number);
      out[b * K + k] = sum;
    }
  return out;
}

/** slopes^T x in float64, the gradient at the weights of project. slopes [B, rows], x [B, K]; result [rows, K]. */
export function outerProducts(B: number, rows: number, K: number, slopes: Matrix, x: Matrix): Float64Array {
  const out = new Float64Array(rows * K);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < K; k++) {
      let sum = 0;
      for (let b = 0; b < B; b++) sum += (slopes[b * rows + i] as number) * (x[b * K + k] as number);
      out[i * K + k] = sum;
    }
  return out;
}

/** Sum of each column in float64. slopes [B, columns]; result [columns]. */
export function columnSums(B: number, columns: number, slopes: Matrix): Float64Array {
  return outerProducts(B, columns, 1, slopes, new Float64Array(B).fill(1));
}

/** A float32 tensor of float64 values. */
export function rounded(core: ReferenceCore, shape: readonly number[], from: ArrayLike<number>): Tensor {
  const tensor = core.result('float32', shape);
  values(tensor).set(from);
  return tensor;
}
