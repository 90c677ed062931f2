import { fma, tanh } from './lane';
import { loadLanes, storeLanes } from './tail';

/** Rows [begin, end) of y = tanh(sums + bias). sums, y: [rows, n]; bias: [n] or 0. */
export function rnnActivation(begin: i32, end: i32, n: i32, sums: usize, bias: usize, y: usize): void {
  for (let row = begin; row < end; row++) {
    const start = (<usize>row * n) << 2;
    for (let j = 0; j < n; j += 4) {
      const at = (<usize>j) << 2;
      const shift = bias ? loadLanes(bias + at, n - j) : f32x4.splat(0);
      storeLanes(y + start + at, tanh(f32x4.add(loadLanes(sums + start + at, n - j), shift)), n - j);
    }
  }
}

/** Rows [begin, end) of the gradient at the sums, dy (1 - y^2). dy, y, slopes: [rows, n]. */
export function rnnSlopes(begin: i32, end: i32, n: i32, dy: usize, y: usize, slopes: usize): void {
  const one = f32x4.splat(1);
  for (let row = begin; row < end; row++) {
    const start = (<usize>row * n) << 2;
    for (let j = 0; j < n; j += 4) {
      const at = start + ((<usize>j) << 2);
      const value = loadLanes(y + at, n - j);
      const slope = fma(f32x4.neg(value), value, one);
      storeLanes(slopes + at, f32x4.mul(loadLanes(dy + at, n - j), slope), n - j);
    }
  }
}
