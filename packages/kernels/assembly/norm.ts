import { fma, sumLanes } from './lane';
import { loadLanes, storeLanes } from './partial-lanes';

// Layer norm (Ba et al. 2016, eq. 4) and RMS norm (Zhang and Sennrich 2019, eq. 4) over rows of the last axis. The variance
// is that of differences from the mean, in a second pass over a row that is in the first cache, so a large mean costs nothing.

/** Columns summed in float32 before float64 takes over. */
const BLOCK: i32 = 4096;

/**
 * output = (x - mean) / sqrt(variance + epsilon) * scale + shift for rows [begin, end).
 * x, output: [rows, columns]; scale, shift: 0 or [columns]; mean, inverseDeviation: 0 or [rows].
 */
export function layerNorm(
  begin: i32,
  end: i32,
  columns: i32,
  epsilon: f64,
  x: usize,
  scale: usize,
  shift: usize,
  output: usize,
  mean: usize,
  inverseDeviation: usize,
): void {
  for (let row = begin; row < end; row++) {
    const at = <usize>row * ((<usize>columns) << 2);
    const center = <f32>(sum(columns, x + at) / <f64>columns);
    // The mean is rounded; its own difference from the true one is in the moments, and taken out.
    const first = sumOfDifferences(columns, x + at, center) / <f64>columns;
    const variance = squares(columns, x + at, center) / <f64>columns - first * first;
    const inverse = <f32>(1 / Math.sqrt(variance + epsilon));
    normalize(columns, x + at, center, inverse, scale, shift, output + at);
    if (mean) store<f32>(mean + ((<usize>row) << 2), center);
    if (inverseDeviation) store<f32>(inverseDeviation + ((<usize>row) << 2), inverse);
  }
}

/**
 * output = x / sqrt(mean(x^2) + epsilon) * scale for rows [begin, end).
 * x, output: [rows, columns]; scale: 0 or [columns]; inverseDeviation: 0 or [rows].
 */
export function rmsNorm(
  begin: i32,
  end: i32,
  columns: i32,
  epsilon: f64,
  x: usize,
  scale: usize,
  output: usize,
  inverseDeviation: usize,
): void {
  for (let row = begin; row < end; row++) {
    const at = <usize>row * ((<usize>columns) << 2);
    const inverse = <f32>(1 / Math.sqrt(squares(columns, x + at, 0) / <f64>columns + epsilon));
    normalize(columns, x + at, 0, inverse, scale, 0, output + at);
    if (inverseDeviation) store<f32>(inverseDeviation + ((<usize>row) << 2), inverse);
  }
}

/** sum x. x: [columns]. */
function sum(columns: i32, x: usize): f64 {
  return sumOfDifferences(columns, x, 0);
}

/** sum (x - center). x: [columns]. */
function sumOfDifferences(columns: i32, x: usize, center: f32): f64 {
  const wide = f32x4.splat(center);
  let total: f64 = 0;
  for (let first = 0; first < columns; first += BLOCK) {
    const count = min(BLOCK, columns - first);
    let a = f32x4.splat(0);
    let b = a;
    const whole = x + ((<usize>(count & ~7)) << 2);
    for (; x < whole; x += 32) {
      a = f32x4.add(a, f32x4.sub(v128.load(x), wide));
      b = f32x4.add(b, f32x4.sub(v128.load(x, 16), wide));
    }
    total += <f64>sumLanes(f32x4.add(a, b));
    for (let rest = count & 7; rest > 0; rest--) {
      total += <f64>(load<f32>(x) - center);
      x += 4;
    }
  }
  return total;
}

/** sum (x - center)^2. x: [columns]. */
function squares(columns: i32, x: usize, center: f32): f64 {
  const wide = f32x4.splat(center);
  let total: f64 = 0;
  for (let first = 0; first < columns; first += BLOCK) {
    const count = min(BLOCK, columns - first);
    let a = f32x4.splat(0);
    let b = a;
    const whole = x + ((<usize>(count & ~7)) << 2);
    for (; x < whole; x += 32) {
      const left = f32x4.sub(v128.load(x), wide);
      const right = f32x4.sub(v128.load(x, 16), wide);
      a = fma(left, left, a);
      b = fma(right, right, b);
    }
    total += <f64>sumLanes(f32x4.add(a, b));
    for (let rest = count & 7; rest > 0; rest--) {
      const difference = <f64>(load<f32>(x) - center);
      total += difference * difference;
      x += 4;
    }
  }
  return total;
}

/** output = (x - center) inverse * scale + shift. x, output: [columns]; scale, shift: 0 or [columns]. */
function normalize(columns: i32, x: usize, center: f32, inverse: f32, scale: usize, shift: usize, output: usize): void {
  const wideCenter = f32x4.splat(center);
  const wideInverse = f32x4.splat(inverse);
  const end = (<usize>columns) << 2;
  const whole = (<usize>(columns & ~3)) << 2;
  let at: usize = 0;
  if (scale !== 0 && shift !== 0) {
    for (; at < whole; at += 16) {
      const value = f32x4.mul(f32x4.sub(v128.load(x + at), wideCenter), wideInverse);
      v128.store(output + at, fma(value, v128.load(scale + at), v128.load(shift + at)));
    }
  }
  for (; at < end; at += 16) {
    const count = <i32>((end - at) >> 2);
    let value = f32x4.mul(f32x4.sub(loadLanes(x + at, count), wideCenter), wideInverse);
    const factor = scale ? loadLanes(scale + at, count) : f32x4.splat(1);
    if (shift) value = fma(value, factor, loadLanes(shift + at, count));
    else if (scale) value = f32x4.mul(value, factor);
    storeLanes(output + at, value, count);
  }
}
