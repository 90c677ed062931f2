import { exp, fma, sumLanes } from './lane';
import { loadTail, storeTail } from './tail';

/** dx = y (dy - sum y dy) for rows [rowBegin, rowEnd) of y = softmax(x). y, dy, dx: [rows, columns]. */
export function softmaxGradient(rowBegin: i32, rowEnd: i32, columns: i32, y: usize, dy: usize, dx: usize): void {
  const bytes = (<usize>columns) << 2;
  const zero = f32x4.splat(0);
  for (let row = rowBegin; row < rowEnd; row++) {
    const start = <usize>row * bytes;
    const dot = f32x4.splat(innerProduct(columns, y + start, dy + start));
    const last = start + bytes;
    let at = start;
    for (; at + 16 <= last; at += 16)
      v128.store(dx + at, f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(dy + at), dot)));
    if (at < last) {
      const count = columns & 3;
      const slope = f32x4.sub(loadTail(count, dy + at, zero), dot);
      storeTail(count, dx + at, f32x4.mul(loadTail(count, y + at, zero), slope));
    }
  }
}

/** dx = dy - e^y sum dy for rows [rowBegin, rowEnd) of y = logSoftmax(x). y, dy, dx: [rows, columns]. */
export function logSoftmaxGradient(rowBegin: i32, rowEnd: i32, columns: i32, y: usize, dy: usize, dx: usize): void {
  const bytes = (<usize>columns) << 2;
  const zero = f32x4.splat(0);
  for (let row = rowBegin; row < rowEnd; row++) {
    const start = <usize>row * bytes;
    const total = f32x4.splat(sum(columns, dy + start));
    const last = start + bytes;
    let at = start;
    if (at + 16 <= last) {
      do {
        const probability = exp(v128.load(y + at));
        v128.store(dx + at, f32x4.sub(v128.load(dy + at), f32x4.mul(probability, total)));
        at += 16;
      } while (at + 16 <= last);
    }
    if (at < last) {
      const count = columns & 3;
      const probability = exp(loadTail(count, y + at, zero));
      storeTail(count, dx + at, f32x4.sub(loadTail(count, dy + at, zero), f32x4.mul(probability, total)));
    }
  }
}

/** sum a b. a, b: [columns] */
function innerProduct(columns: i32, a: usize, b: usize): f32 {
  let left = f32x4.splat(0);
  let right = left;
  let i = 0;
  for (; i + 8 <= columns; i += 8) {
    const at = (<usize>i) << 2;
    left = fma(v128.load(a + at), v128.load(b + at), left);
    right = fma(v128.load(a + at, 16), v128.load(b + at, 16), right);
  }
  left = f32x4.add(left, right);
  for (; i < columns; i += 4) {
    const at = (<usize>i) << 2;
    const zero = f32x4.splat(0);
    const whole = i + 4 <= columns;
    const x = whole ? v128.load(a + at) : loadTail(columns & 3, a + at, zero);
    const y = whole ? v128.load(b + at) : loadTail(columns & 3, b + at, zero);
    left = fma(x, y, left);
  }
  return sumLanes(left);
}

/** sum a. a: [columns] */
function sum(columns: i32, a: usize): f32 {
  let left = f32x4.splat(0);
  let right = left;
  let i = 0;
  for (; i + 8 <= columns; i += 8) {
    const at = (<usize>i) << 2;
    left = f32x4.add(left, v128.load(a + at));
    right = f32x4.add(right, v128.load(a + at, 16));
  }
  left = f32x4.add(left, right);
  for (; i < columns; i += 4) {
    const at = a + ((<usize>i) << 2);
    left = f32x4.add(left, i + 4 <= columns ? v128.load(at) : loadTail(columns & 3, at, f32x4.splat(0)));
  }
  return sumLanes(left);
}
