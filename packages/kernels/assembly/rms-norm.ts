import { fma, sumLanes } from './lane';
import { writeGradient } from './layer-norm-gradient';
import { inverseRootMeanSquare } from './norm-row';
import { loadNext, storeLanes } from './tail';

/**
 * Rows [rowBegin, rowEnd) of x / sqrt(mean x^2 + epsilon) * scale.
 * x, y: [rows, columns]; scale: 0 or [columns]; inverse: 0 or [rows].
 */
export function rmsNorm(
  rowBegin: i32,
  rowEnd: i32,
  columns: i32,
  epsilon: f64,
  x: usize,
  scale: usize,
  y: usize,
  inverse: usize,
): void {
  const bytes = (<usize>columns) << 2;
  for (let row = rowBegin; row < rowEnd; row++) {
    const from = x + <usize>row * bytes;
    const r = inverseRootMeanSquare(columns, epsilon, from);
    if (inverse) store<f32>(inverse + ((<usize>row) << 2), r);
    multiply(columns, from, f32x4.splat(r), scale, y + <usize>row * bytes);
  }
}

/** y = x r scale. x, y: [columns]; scale: 0 or [columns]. */
function multiply(columns: i32, x: usize, r: v128, scale: usize, y: usize): void {
  let i = 0;
  if (columns >= 4) {
    do {
      const at = (<usize>i) << 2;
      let value = f32x4.mul(v128.load(x + at), r);
      if (scale) value = f32x4.mul(value, v128.load(scale + at));
      v128.store(y + at, value);
      i += 4;
    } while (i + 4 <= columns);
  }
  if (i < columns) {
    const at = (<usize>i) << 2;
    let value = f32x4.mul(loadNext(columns - i, x + at, r), r);
    if (scale) value = f32x4.mul(value, loadNext(columns - i, scale + at, r));
    storeLanes(y + at, value, columns - i);
  }
}

/**
 * dx = inverse (g - x inverse^2 mean(g x)) for rows [rowBegin, rowEnd), g = dy scale. statistics receives the lanes
 * (0, inverse, 0) of each row, as normParameterPartials reads them.
 * dy, x, dx: [rows, columns]; scale: 0 or [columns]; inverse: 0, and computed, or [rows]; statistics: 0 or [rows, 4].
 */
export function rmsNormGradient(
  rowBegin: i32,
  rowEnd: i32,
  columns: i32,
  epsilon: f64,
  dy: usize,
  x: usize,
  scale: usize,
  inverse: usize,
  dx: usize,
  statistics: usize,
): void {
  const bytes = (<usize>columns) << 2;
  for (let row = rowBegin; row < rowEnd; row++) {
    const start = <usize>row * bytes;
    const r = inverse ? load<f32>(inverse + ((<usize>row) << 2)) : inverseRootMeanSquare(columns, epsilon, x + start);
    const wide = <f64>r;
    const along = (wide * wide * wide * <f64>innerProduct(columns, dy + start, x + start, scale)) / <f64>columns;
    writeGradient(columns, dy + start, x + start, scale, 0, r, 0, <f32>along, dx + start);
    if (statistics) v128.store(statistics + ((<usize>row) << 4), f32x4(0, r, 0, 0));
  }
}

/** sum dy scale x. dy, x: [columns]; scale: 0 or [columns]. */
function innerProduct(columns: i32, dy: usize, x: usize, scale: usize): f32 {
  const zero = f32x4.splat(0);
  let sum = zero;
  for (let i = 0; i < columns; i += 4) {
    const at = (<usize>i) << 2;
    let g = loadNext(columns - i, dy + at, zero);
    if (scale) g = f32x4.mul(g, loadNext(columns - i, scale + at, zero));
    sum = fma(g, loadNext(columns - i, x + at, zero), sum);
  }
  return sumLanes(sum);
}
