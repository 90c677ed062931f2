import { fma } from './lane';
import { meanOf, moments, sum } from './norm-row';
import { loadNext, storeLanes } from './tail';

/**
 * Rows [rowBegin, rowEnd) of (x - mean) / sqrt(variance + epsilon) * scale + shift; scale and shift are both 0 or both given.
 * x, y: [rows, columns]; scale, shift: 0 or [columns]; mean, inverse: 0 or [rows].
 */
export function layerNorm(
  rowBegin: i32,
  rowEnd: i32,
  columns: i32,
  epsilon: f64,
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  mean: usize,
  inverse: usize,
): void {
  const bytes = (<usize>columns) << 2;
  let total = sum(columns, x + <usize>rowBegin * bytes);
  for (let row = rowBegin; row < rowEnd; row++) {
    const from = x + <usize>row * bytes;
    const to = y + <usize>row * bytes;
    const m = moments(columns, epsilon, total, from, x + <usize>min(row + 1, rowEnd - 1) * bytes);
    total = f32x4.extract_lane(m, 3);
    const c = v128.shuffle<f32>(m, m, 0, 0, 0, 0);
    const r = v128.shuffle<f32>(m, m, 1, 1, 1, 1);
    const offset = v128.shuffle<f32>(m, m, 2, 2, 2, 2);
    if (scale) normaliseAffine(columns, from, c, r, offset, scale, shift, to);
    else normalise(columns, from, c, r, offset, to);
    if (mean) {
      store<f32>(mean + ((<usize>row) << 2), meanOf(m));
      store<f32>(inverse + ((<usize>row) << 2), f32x4.extract_lane(m, 1));
    }
  }
}

/** y = (x - c) r + offset. x, y: [columns] */
function normalise(columns: i32, x: usize, c: v128, r: v128, offset: v128, y: usize): void {
  let i = 0;
  if (columns >= 8) {
    do {
      const at = (<usize>i) << 2;
      v128.store(y + at, fma(f32x4.sub(v128.load(x + at), c), r, offset));
      v128.store(y + at, fma(f32x4.sub(v128.load(x + at, 16), c), r, offset), 16);
      i += 8;
    } while (i + 8 <= columns);
  }
  for (; i < columns; i += 4) {
    const at = (<usize>i) << 2;
    storeLanes(y + at, fma(f32x4.sub(loadNext(columns - i, x + at, c), c), r, offset), columns - i);
  }
}

/** y = ((x - c) r + offset) scale + shift. x, scale, shift, y: [columns] */
function normaliseAffine(
  columns: i32,
  x: usize,
  c: v128,
  r: v128,
  offset: v128,
  scale: usize,
  shift: usize,
  y: usize,
): void {
  let i = 0;
  if (columns >= 8) {
    do {
      const at = (<usize>i) << 2;
      const n0 = fma(f32x4.sub(v128.load(x + at), c), r, offset);
      const n1 = fma(f32x4.sub(v128.load(x + at, 16), c), r, offset);
      v128.store(y + at, fma(n0, v128.load(scale + at), v128.load(shift + at)));
      v128.store(y + at, fma(n1, v128.load(scale + at, 16), v128.load(shift + at, 16)), 16);
      i += 8;
    } while (i + 8 <= columns);
  }
  for (; i < columns; i += 4) {
    const at = (<usize>i) << 2;
    const left = columns - i;
    const normal = fma(f32x4.sub(loadNext(left, x + at, c), c), r, offset);
    storeLanes(y + at, fma(normal, loadNext(left, scale + at, c), loadNext(left, shift + at, c)), left);
  }
}
