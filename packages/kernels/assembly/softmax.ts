import { log, sumLanes } from './lane';
import { expNonPositive, hasNaN, largest, sumExponentials } from './softmax-row';
import { LOG_SOFTMAX, LOG_SUM_EXP, SHORT, SOFTMAX, shortRows } from './softmax-short';
import { loadTail, storeTail } from './tail';

/** Softmax of rows [rowBegin, rowEnd). x, y: [rows, columns]; scratch: [16, 4]. */
export function softmax(rowBegin: i32, rowEnd: i32, columns: i32, x: usize, y: usize, scratch: usize): void {
  if (columns < SHORT) {
    shortRows(SOFTMAX, rowBegin, rowEnd, columns, x, y, scratch);
    return;
  }
  const bytes = (<usize>columns) << 2;
  let top = largest(columns, x + <usize>rowBegin * bytes);
  for (let row = rowBegin; row < rowEnd; row++) {
    const from = x + <usize>row * bytes;
    const to = y + <usize>row * bytes;
    const next = x + <usize>min(row + 1, rowEnd - 1) * bytes;
    const found = exponentials(columns, from, to, top, next);
    scale(columns, to, f32x4.splat(<f32>1 / f32x4.extract_lane(found, 0)));
    top = v128.shuffle<f32>(found, found, 1, 1, 1, 1);
  }
}

/** log(softmax) of rows [rowBegin, rowEnd). x, y: [rows, columns]; scratch: [16, 4]. */
export function logSoftmax(rowBegin: i32, rowEnd: i32, columns: i32, x: usize, y: usize, scratch: usize): void {
  if (columns < SHORT) {
    shortRows(LOG_SOFTMAX, rowBegin, rowEnd, columns, x, y, scratch);
    return;
  }
  const bytes = (<usize>columns) << 2;
  for (let row = rowBegin; row < rowEnd; row++) {
    const from = x + <usize>row * bytes;
    const top = largest(columns, from);
    const logSum = log(f32x4.splat(sumExponentials(columns, from, top)));
    subtract(columns, from, y + <usize>row * bytes, top, logSum);
  }
}

/** log(sum(exp(x))) of rows [rowBegin, rowEnd). x: [rows, columns], y: [rows], scratch: [16, 4]. */
export function logSumExp(rowBegin: i32, rowEnd: i32, columns: i32, x: usize, y: usize, scratch: usize): void {
  if (columns < SHORT) {
    shortRows(LOG_SUM_EXP, rowBegin, rowEnd, columns, x, y, scratch);
    return;
  }
  for (let row = rowBegin; row < rowEnd; row++) {
    const from = x + ((<usize>row * <usize>columns) << 2);
    const top = largest(columns, from);
    const shift = f32x4.extract_lane(top, 0);
    let result: f32 = shift;
    if (abs(shift) === <f32>Infinity) {
      if (hasNaN(columns, from)) result = NaN;
    } else {
      result += f32x4.extract_lane(log(f32x4.splat(sumExponentials(columns, from, top))), 0);
    }
    store<f32>(y + ((<usize>row) << 2), result);
  }
}

/**
 * y = e^(x - top). Returns the sum of y, in the order of sumExponentials, in lane 0 and the largest of `next` in lane 1: to
 * look through the next row meanwhile brings it from memory while there is arithmetic to do, an eighth of the time.
 * x, y, next: [columns], columns >= 8.
 */
function exponentials(columns: i32, x: usize, y: usize, top: v128, next: usize): v128 {
  let sum = f32x4.splat(0);
  let other = sum;
  let nextTop = f32x4.splat(-Infinity);
  let nextOther = nextTop;
  const last = x + ((<usize>columns) << 2) - 32;
  let to = y;
  let at = x;
  do {
    const left = expNonPositive(f32x4.sub(v128.load(at), top));
    const right = expNonPositive(f32x4.sub(v128.load(at, 16), top));
    v128.store(to, left);
    v128.store(to, right, 16);
    sum = f32x4.add(sum, left);
    other = f32x4.add(other, right);
    nextTop = f32x4.pmax(nextTop, v128.load(next));
    nextOther = f32x4.pmax(nextOther, v128.load(next, 16));
    next += 32;
    to += 32;
    at += 32;
  } while (at <= last);
  sum = f32x4.add(sum, other);
  nextTop = f32x4.pmax(nextTop, nextOther);
  if (columns & 4) {
    nextTop = f32x4.pmax(nextTop, v128.load(next));
    next += 16;
    const value = expNonPositive(f32x4.sub(v128.load(at), top));
    v128.store(to, value);
    sum = f32x4.add(sum, value);
    to += 16;
    at += 16;
  }
  if (columns & 3) {
    nextTop = f32x4.pmax(nextTop, loadTail(columns & 3, next, f32x4.splat(-Infinity)));
    const tail = loadTail(columns & 3, at, f32x4.splat(-Infinity));
    const value = expNonPositive(f32x4.sub(tail, top));
    storeTail(columns & 3, to, value);
    sum = f32x4.add(sum, value);
  }
  nextTop = f32x4.pmax(nextTop, v128.shuffle<f32>(nextTop, nextTop, 2, 3, 0, 1));
  nextTop = f32x4.pmax(nextTop, v128.shuffle<f32>(nextTop, nextTop, 1, 0, 3, 2));
  return f32x4.replace_lane(nextTop, 0, sumLanes(sum));
}

/** y *= factor. y: [columns], columns >= 4. */
function scale(columns: i32, y: usize, factor: v128): void {
  const last = y + ((<usize>columns) << 2) - 16;
  let at = y;
  do {
    v128.store(at, f32x4.mul(v128.load(at), factor));
    at += 16;
  } while (at <= last);
  if (columns & 3) storeTail(columns & 3, at, f32x4.mul(loadTail(columns & 3, at, factor), factor));
}

/** y = (x - top) - logSum: x - top is exact or nearly so, whatever offset the row has. x, y: [columns], columns >= 4. */
function subtract(columns: i32, x: usize, y: usize, top: v128, logSum: v128): void {
  const last = x + ((<usize>columns) << 2) - 16;
  let to = y;
  let at = x;
  do {
    v128.store(to, f32x4.sub(f32x4.sub(v128.load(at), top), logSum));
    to += 16;
    at += 16;
  } while (at <= last);
  if (columns & 3) {
    storeTail(columns & 3, to, f32x4.sub(f32x4.sub(loadTail(columns & 3, at, top), top), logSum));
  }
}
