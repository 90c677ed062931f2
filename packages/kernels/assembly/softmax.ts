import { exp, maxLanes, sumLanes } from './lane';

/**
 * Softmax of rows [rowBegin, rowEnd). The exponentials are written to y, then scaled there.
 * x, y: [rows, columns].
 */
export function softmax(rowBegin: i32, rowEnd: i32, columns: i32, x: usize, y: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = rowBegin; row < rowEnd; row++) {
    const from = x + <usize>row * bytes;
    const to = y + <usize>row * bytes;
    const sum = exponentials(columns, from, to, largest(columns, from));
    scale(columns, to, <f32>1 / sum);
  }
}

/** The largest of x: [columns]; NaN if any is NaN, -Infinity if there is none. */
function largest(columns: i32, x: usize): f32 {
  let top = f32x4.splat(-Infinity);
  let other = top;
  let i = 0;
  for (; i + 8 <= columns; i += 8) {
    top = f32x4.max(top, v128.load(x + ((<usize>i) << 2)));
    other = f32x4.max(other, v128.load(x + ((<usize>i) << 2), 16));
  }
  let result = maxLanes(f32x4.max(top, other));
  for (; i < columns; i++) result = max(result, load<f32>(x + ((<usize>i) << 2)));
  return result;
}

/** y = exp(x - top), and the sum of y. The tail runs through the same lanes as the rest. x, y: [columns]. */
function exponentials(columns: i32, x: usize, y: usize, top: f32): f32 {
  const shift = f32x4.splat(top);
  let sum = f32x4.splat(0);
  let other = sum;
  let i = 0;
  for (; i + 8 <= columns; i += 8) {
    const at = (<usize>i) << 2;
    const left = exp(f32x4.sub(v128.load(x + at), shift));
    const right = exp(f32x4.sub(v128.load(x + at, 16), shift));
    v128.store(y + at, left);
    v128.store(y + at, right, 16);
    sum = f32x4.add(sum, left);
    other = f32x4.add(other, right);
  }
  let total = sumLanes(f32x4.add(sum, other));
  for (; i < columns; i++) {
    const at = (<usize>i) << 2;
    const value = f32x4.extract_lane(exp(f32x4.sub(v128.load32_splat(x + at), shift)), 0);
    store<f32>(y + at, value);
    total += value;
  }
  return total;
}

/** y *= factor. y: [columns]. */
function scale(columns: i32, y: usize, factor: f32): void {
  const wide = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= columns; i += 4) {
    const at = y + ((<usize>i) << 2);
    v128.store(at, f32x4.mul(v128.load(at), wide));
  }
  for (; i < columns; i++) {
    const at = y + ((<usize>i) << 2);
    store<f32>(at, load<f32>(at) * factor);
  }
}
