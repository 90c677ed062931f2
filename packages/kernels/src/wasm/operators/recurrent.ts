import type { Task, WasmCore } from '../core.js';
import { multiply } from './gemm.js';

// The products of recurrent steps. Numbers are byte addresses except for sizes.

/** A weight matrix [rows, K] that takes x [B, K] to sums [B, rows]. */
export interface Projection {
  B: number;
  rows: number;
  K: number;
  x: number;
  weights: number;
}

/** sums (+)= x weights^T. sums: [B, rows]. */
export function project(core: WasmCore, task: Task, to: Projection, sums: number, accumulate = false): void {
  const { B: M, rows: N, K, x: a, weights: b } = to;
  multiply(core, task, { M, N, K, a, b, c: sums, transposeB: true, accumulate });
}

/** The gradient at a projection's x: dx (+)= slopes weights. slopes: [B, rows]; dx: [B, K]. */
export function backToInput(
  core: WasmCore,
  task: Task,
  { B: M, rows, K: N, weights: b }: Projection,
  slopes: number,
  dx: number,
  accumulate = false,
): void {
  multiply(core, task, { M, N, K: rows, a: slopes, b, c: dx, accumulate });
}

/** The gradient at a projection's weights: slopes^T x. slopes: [B, rows]; dWeights: [rows, K]. */
export function backToWeights(
  core: WasmCore,
  task: Task,
  { B, rows: M, K: N, x: b }: Projection,
  slopes: number,
  dWeights: number,
): void {
  multiply(core, task, { M, N, K: B, a: slopes, b, c: dWeights, transposeA: true });
}

/** sums[j] = sum of column j. x: [B, columns]; sums: [columns]. */
export function columnSums(task: Task, B: number, columns: number, x: number, sums: number): void {
  task.split('columnSums', columns, { cost: B, multiple: 16 }, [B, columns, x, sums]);
}
