import { fma, sumLanes } from './lane';
import { loadNext } from './tail';

// Statistics of one row. Loops are tested at the bottom so that V8 keeps what does not change in registers.

/** sum x, in the order in which `moments` sums the next row. x: [columns] */
export function sum(columns: i32, x: usize): f32 {
  let left = f32x4.splat(0);
  let i = 0;
  if (columns >= 8) {
    let right = left;
    do {
      const at = x + ((<usize>i) << 2);
      left = f32x4.add(left, v128.load(at));
      right = f32x4.add(right, v128.load(at, 16));
      i += 8;
    } while (i + 8 <= columns);
    left = f32x4.add(left, right);
  }
  for (; i < columns; i += 4) left = f32x4.add(left, loadNext(columns - i, x + ((<usize>i) << 2), f32x4.splat(0)));
  return sumLanes(left);
}

/**
 * The lanes (centre, inverse deviation, offset, sum of next) for x, whose sum is `total`. A normalised element is
 * (x - centre) inverse + offset, inverse = 1 / sqrt(variance + epsilon). The centre is the mean rounded to float32; the
 * corrected two-pass algorithm (Chan, Golub and LeVeque 1983) finds by how much it is off, so that nothing is lost where
 * the mean is far larger than the deviation. Summing the next row meanwhile brings it from memory while there is
 * arithmetic to do: a quarter of the time. x, next: [columns], columns > 0
 */
export function moments(columns: i32, epsilon: f64, total: f32, x: usize, next: usize): v128 {
  const n = <f64>columns;
  const centre: f32 = <f32>(<f64>total / n);
  const c = f32x4.splat(centre);
  const zero = f32x4.splat(0);
  let s0 = zero;
  let q0 = zero;
  let t0 = zero;
  let i = 0;
  if (columns >= 8) {
    let s1 = zero;
    let q1 = zero;
    let t1 = zero;
    do {
      const at = (<usize>i) << 2;
      const d0 = f32x4.sub(v128.load(x + at), c);
      const d1 = f32x4.sub(v128.load(x + at, 16), c);
      t0 = f32x4.add(t0, v128.load(next + at));
      t1 = f32x4.add(t1, v128.load(next + at, 16));
      s0 = f32x4.add(s0, d0);
      s1 = f32x4.add(s1, d1);
      q0 = fma(d0, d0, q0);
      q1 = fma(d1, d1, q1);
      i += 8;
    } while (i + 8 <= columns);
    s0 = f32x4.add(s0, s1);
    q0 = f32x4.add(q0, q1);
    t0 = f32x4.add(t0, t1);
  }
  for (; i < columns; i += 4) {
    const at = (<usize>i) << 2;
    const d = f32x4.sub(loadNext(columns - i, x + at, c), c);
    t0 = f32x4.add(t0, loadNext(columns - i, next + at, zero));
    s0 = f32x4.add(s0, d);
    q0 = fma(d, d, q0);
  }
  const correction = <f64>sumLanes(s0) / n;
  const variance = max(<f64>sumLanes(q0) / n - correction * correction, 0);
  const inverse = 1 / sqrt(variance + epsilon);
  let result = f32x4.splat(centre);
  result = f32x4.replace_lane(result, 1, <f32>inverse);
  result = f32x4.replace_lane(result, 2, <f32>(-correction * inverse));
  return f32x4.replace_lane(result, 3, sumLanes(t0));
}

/** The mean that `moments` implies; an infinite one has no correction. */
export function meanOf(moments: v128): f32 {
  const centre = f32x4.extract_lane(moments, 0);
  const correction = f32x4.extract_lane(moments, 2) / f32x4.extract_lane(moments, 1);
  return abs(correction) <= <f32>Infinity ? centre - correction : centre;
}

/** 1 / sqrt(mean x^2 + epsilon). x: [columns], columns > 0 */
export function inverseRootMeanSquare(columns: i32, epsilon: f64, x: usize): f32 {
  let q0 = f32x4.splat(0);
  let i = 0;
  if (columns >= 8) {
    let q1 = q0;
    do {
      const at = x + ((<usize>i) << 2);
      const x0 = v128.load(at);
      const x1 = v128.load(at, 16);
      q0 = fma(x0, x0, q0);
      q1 = fma(x1, x1, q1);
      i += 8;
    } while (i + 8 <= columns);
    q0 = f32x4.add(q0, q1);
  }
  for (; i < columns; i += 4) {
    const value = loadNext(columns - i, x + ((<usize>i) << 2), f32x4.splat(0));
    q0 = fma(value, value, q0);
  }
  return <f32>(1 / sqrt(<f64>sumLanes(q0) / <f64>columns + epsilon));
}
