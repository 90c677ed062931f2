import { expFalling, log, sumLanes } from './lane';
import { loadLanes, loadLanesElse, storeLanes } from './partial-lanes';

// Softmax and its relatives over rows of the last axis. NaN and infinities need no tests of their own: the largest entry skips
// NaN, which then spoils the sum, as +Infinity and a row of -Infinity alone do by Infinity - Infinity.

/** Columns summed in float32 before float64 takes over. */
const BLOCK: i32 = 4096;

/** y = e^(x - max) / sum for rows [begin, end). x, y: [rows, columns]. */
export function softmax(begin: i32, end: i32, columns: i32, x: usize, y: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = begin; row < end; row++) {
    const from = x + <usize>row * bytes;
    const to = y + <usize>row * bytes;
    const top = largest(columns, from);
    let sum: f64 = 0;
    for (let first = 0; first < columns; first += BLOCK) {
      const at = (<usize>first) << 2;
      sum += exponentials(min(BLOCK, columns - first), from + at, to + at, top);
    }
    scale(columns, to, <f32>(1 / sum));
  }
}

/** y = x - max - log(sum) for rows [begin, end). x, y: [rows, columns]. */
export function logSoftmax(begin: i32, end: i32, columns: i32, x: usize, y: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = begin; row < end; row++) {
    const from = x + <usize>row * bytes;
    const top = largest(columns, from);
    subtract(columns, from, top, logarithm(sumOfExponentials(columns, from, top)), y + <usize>row * bytes);
  }
}

/** y = max + log(sum) for rows [begin, end); -Infinity where there is nothing to sum. x: [rows, columns], y: [rows]. */
export function logSumExp(begin: i32, end: i32, columns: i32, x: usize, y: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = begin; row < end; row++) {
    const from = x + <usize>row * bytes;
    const top = largest(columns, from);
    const infinite = abs<f32>(top) === Infinity;
    // An infinite maximum is the result, but for NaN among the rest.
    const result = infinite ? top + zeroOrNaN(columns, from) : top + logarithm(sumOfExponentials(columns, from, top));
    store<f32>(y + ((<usize>row) << 2), result);
  }
}

/** NaN if any of x is, else 0. x: [columns]. */
function zeroOrNaN(columns: i32, x: usize): f32 {
  for (let i = 0; i < columns; i++) {
    const value = load<f32>(x + ((<usize>i) << 2));
    if (!(value <= Infinity)) return NaN;
  }
  return 0;
}

function logarithm(x: f32): f32 {
  return f32x4.extract_lane(log(f32x4.splat(x)), 0);
}

/** The largest of x that is not NaN, -Infinity if there is none. x: [columns]. */
function largest(columns: i32, x: usize): f32 {
  const low = f32x4.splat(-Infinity);
  let a = low;
  let b = low;
  let c = low;
  let d = low;
  const whole = x + ((<usize>(columns & ~15)) << 2);
  if (x < whole) {
    do {
      a = f32x4.pmax(a, v128.load(x));
      b = f32x4.pmax(b, v128.load(x, 16));
      c = f32x4.pmax(c, v128.load(x, 32));
      d = f32x4.pmax(d, v128.load(x, 48));
      x += 64;
    } while (x < whole);
  }
  let rest = columns & 15;
  for (; rest >= 4; rest -= 4) {
    a = f32x4.pmax(a, v128.load(x));
    x += 16;
  }
  if (rest) b = f32x4.pmax(b, loadLanesElse(x, rest, low));
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  a = f32x4.pmax(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(a, v128.shuffle<f32>(a, a, 1, 0, 3, 2)), 0);
}

/** y = e^(x - top), and the sum of y. x, y: [columns]. */
function exponentials(columns: i32, x: usize, y: usize, top: f32): f32 {
  const shift = f32x4.splat(top);
  let sum = f32x4.splat(0);
  let other = sum;
  const whole = x + ((<usize>(columns & ~7)) << 2);
  if (x < whole) {
    do {
      const left = inline.always(expFalling(f32x4.sub(v128.load(x), shift)));
      const right = inline.always(expFalling(f32x4.sub(v128.load(x, 16), shift)));
      v128.store(y, left);
      v128.store(y, right, 16);
      sum = f32x4.add(sum, left);
      other = f32x4.add(other, right);
      x += 32;
      y += 32;
    } while (x < whole);
  }
  if (columns & 4) {
    const value = expFalling(f32x4.sub(v128.load(x), shift));
    v128.store(y, value);
    sum = f32x4.add(sum, value);
    x += 16;
    y += 16;
  }
  const rest = columns & 3;
  if (rest) {
    const value = expFalling(f32x4.sub(loadLanesElse(x, rest, f32x4.splat(-Infinity)), shift));
    storeLanes(y, value, rest);
    // The missing lanes hold e^-Infinity = 0, or NaN where the present ones do.
    other = f32x4.add(other, value);
  }
  return sumLanes(f32x4.add(sum, other));
}

/** The sum of e^(x - top). x: [columns]. */
function sumOfExponentials(columns: i32, x: usize, top: f32): f32 {
  const shift = f32x4.splat(top);
  let total: f64 = 0;
  for (let first = 0; first < columns; first += BLOCK) {
    const count = min(BLOCK, columns - first);
    let from = x + ((<usize>first) << 2);
    let sum = f32x4.splat(0);
    let other = sum;
    const whole = from + ((<usize>(count & ~7)) << 2);
    if (from < whole) {
      do {
        sum = f32x4.add(sum, inline.always(expFalling(f32x4.sub(v128.load(from), shift))));
        other = f32x4.add(other, inline.always(expFalling(f32x4.sub(v128.load(from, 16), shift))));
        from += 32;
      } while (from < whole);
    }
    for (let rest = count & 7; rest > 0; rest -= 4) {
      const value = rest >= 4 ? v128.load(from) : loadLanesElse(from, rest, f32x4.splat(-Infinity));
      sum = f32x4.add(sum, expFalling(f32x4.sub(value, shift)));
      from += 16;
    }
    total += <f64>sumLanes(f32x4.add(sum, other));
  }
  return <f32>total;
}

/** y *= factor. y: [columns]. */
function scale(columns: i32, y: usize, factor: f32): void {
  const wide = f32x4.splat(factor);
  const whole = y + ((<usize>(columns & ~3)) << 2);
  for (; y < whole; y += 16) v128.store(y, f32x4.mul(v128.load(y), wide));
  const rest = columns & 3;
  if (rest) storeLanes(y, f32x4.mul(loadLanes(y, rest), wide), rest);
}

/** y = x - top - logSum. x, y: [columns]. */
function subtract(columns: i32, x: usize, top: f32, logSum: f32, y: usize): void {
  const wideTop = f32x4.splat(top);
  const wideSum = f32x4.splat(logSum);
  const whole = x + ((<usize>(columns & ~3)) << 2);
  for (; x < whole; x += 16) {
    v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), wideTop), wideSum));
    y += 16;
  }
  const rest = columns & 3;
  if (rest) storeLanes(y, f32x4.sub(f32x4.sub(loadLanes(x, rest), wideTop), wideSum), rest);
}
