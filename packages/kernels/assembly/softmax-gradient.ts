import { expFalling, fma, sumLanes } from './lane';
import { loadLanes, storeLanes } from './partial-lanes';

// Backward passes of softmax.ts from its results, row by row.

/** Columns summed in float32 before float64 takes over. */
const BLOCK: i32 = 4096;

/** dx = y (dy - sum(y dy)) for rows [begin, end). y, dy, dx: [rows, columns]. */
export function softmaxGradient(begin: i32, end: i32, columns: i32, y: usize, dy: usize, dx: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = begin; row < end; row++) {
    const at = <usize>row * bytes;
    const mean = f32x4.splat(<f32>rowDot(columns, y + at, dy + at));
    for (let i = 0; i < columns; i += 4) {
      const to = at + ((<usize>i) << 2);
      const value = f32x4.mul(loadLanes(y + to, columns - i), f32x4.sub(loadLanes(dy + to, columns - i), mean));
      storeLanes(dx + to, value, columns - i);
    }
  }
}

/** dx = dy - e^y sum(dy) for rows [begin, end). y (log-probabilities), dy, dx: [rows, columns]. */
export function logSoftmaxGradient(begin: i32, end: i32, columns: i32, y: usize, dy: usize, dx: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = begin; row < end; row++) {
    const at = <usize>row * bytes;
    const sum = f32x4.splat(<f32>-rowSum(columns, dy + at));
    for (let i = 0; i < columns; i += 4) {
      const to = at + ((<usize>i) << 2);
      const value = fma(expFalling(loadLanes(y + to, columns - i)), sum, loadLanes(dy + to, columns - i));
      storeLanes(dx + to, value, columns - i);
    }
  }
}

/** sum a b. a, b: [columns]. */
function rowDot(columns: i32, a: usize, b: usize): f64 {
  let total: f64 = 0;
  for (let first = 0; first < columns; first += BLOCK) {
    const last = min(columns, first + BLOCK);
    let sum = f32x4.splat(0);
    let other = sum;
    for (let i = first; i < last; i += 8) {
      const at = (<usize>i) << 2;
      sum = fma(loadLanes(a + at, last - i), loadLanes(b + at, last - i), sum);
      if (i + 4 < last) other = fma(loadLanes(a + at + 16, last - i - 4), loadLanes(b + at + 16, last - i - 4), other);
    }
    total += <f64>sumLanes(f32x4.add(sum, other));
  }
  return total;
}

/** sum a. a: [columns]. */
function rowSum(columns: i32, a: usize): f64 {
  let total: f64 = 0;
  for (let first = 0; first < columns; first += BLOCK) {
    const last = min(columns, first + BLOCK);
    let sum = f32x4.splat(0);
    for (let i = first; i < last; i += 4) sum = f32x4.add(sum, loadLanes(a + ((<usize>i) << 2), last - i));
    total += <f64>sumLanes(sum);
  }
  return total;
}
