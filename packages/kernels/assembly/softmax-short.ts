import { log } from './lane';
import { expNonPositive } from './softmax-row';

// Rows too short to fill vectors well: four rows at a time, one a lane, so that nothing runs across lanes. Each lane does the
// same whatever the others hold, so it does not matter which rows meet in a vector.

/** Rows below this length are short. */
export const SHORT: i32 = 16;

export const SOFTMAX: i32 = 0;
export const LOG_SOFTMAX: i32 = 1;
export const LOG_SUM_EXP: i32 = 2;

/** Rows [rowBegin, rowEnd). x: [rows, columns]; y: [rows, columns], but [rows] for LOG_SUM_EXP; scratch: [columns, 4]. */
export function shortRows(
  kind: i32,
  rowBegin: i32,
  rowEnd: i32,
  columns: i32,
  x: usize,
  y: usize,
  scratch: usize,
): void {
  const from = (<usize>columns) << 2;
  const to: usize = kind === LOG_SUM_EXP ? <usize>4 : from;
  const end = scratch + ((<usize>columns) << 4);
  for (let row = rowBegin; row < rowEnd; row += 4) {
    // Past the last row the lanes repeat it.
    const second = <usize>min(row + 1, rowEnd - 1);
    const third = <usize>min(row + 2, rowEnd - 1);
    const fourth = <usize>min(row + 3, rowEnd - 1);
    let at = x + <usize>row * from;
    const top = gather(at, x + second * from, x + third * from, x + fourth * from, scratch, end);
    let sum = f32x4.splat(0);
    if (kind === SOFTMAX) {
      for (let element = scratch; element < end; element += 16) {
        const value = expNonPositive(f32x4.sub(v128.load(element), top));
        v128.store(element, value);
        sum = f32x4.add(sum, value);
      }
      const inverse = f32x4.div(f32x4.splat(1), sum);
      for (let element = scratch; element < end; element += 16)
        v128.store(element, f32x4.mul(v128.load(element), inverse));
    } else {
      for (let element = scratch; element < end; element += 16)
        sum = f32x4.add(sum, expNonPositive(f32x4.sub(v128.load(element), top)));
      const logSum = log(sum);
      if (kind === LOG_SUM_EXP) v128.store(scratch, logSumExpOf(top, logSum, scratch, end));
      else
        for (let element = scratch; element < end; element += 16)
          v128.store(element, f32x4.sub(f32x4.sub(v128.load(element), top), logSum));
    }
    at = y + <usize>row * to;
    scatter(at, y + second * to, y + third * to, y + fourth * to, scratch, kind === LOG_SUM_EXP ? scratch + 16 : end);
  }
}

/** Brings four rows [columns] at a, b, c, d into the lanes of [columns, 4] and returns their maxima, passing over NaN. */
function gather(a: usize, b: usize, c: usize, d: usize, lanes: usize, end: usize): v128 {
  let top = f32x4.splat(-Infinity);
  for (let to = lanes; to < end; to += 16) {
    let value = v128.load32_zero(a);
    value = v128.load32_lane(b, value, 1);
    value = v128.load32_lane(c, value, 2);
    value = v128.load32_lane(d, value, 3);
    v128.store(to, value);
    top = f32x4.pmax(top, value);
    a += 4;
    b += 4;
    c += 4;
    d += 4;
  }
  return top;
}

/** Writes the lanes of [columns, 4] to four rows [columns] at a, b, c, d. */
function scatter(a: usize, b: usize, c: usize, d: usize, lanes: usize, end: usize): void {
  for (let from = lanes; from < end; from += 16) {
    const value = v128.load(from);
    v128.store32_lane(a, value, 0);
    v128.store32_lane(b, value, 1);
    v128.store32_lane(c, value, 2);
    v128.store32_lane(d, value, 3);
    a += 4;
    b += 4;
    c += 4;
    d += 4;
  }
}

/** top + logSum, but an infinite top itself, and NaN where a row holds one. lanes: [columns, 4] up to end. */
function logSumExpOf(top: v128, logSum: v128, lanes: usize, end: usize): v128 {
  let nan = f32x4.splat(0);
  for (let at = lanes; at < end; at += 16) {
    const value = v128.load(at);
    nan = v128.or(nan, f32x4.ne(value, value));
  }
  const infinite = f32x4.eq(f32x4.abs(top), f32x4.splat(Infinity));
  const result = v128.bitselect(top, f32x4.add(top, logSum), infinite);
  return v128.bitselect(f32x4.splat(NaN), result, nan);
}
