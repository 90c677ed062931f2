import { fma, sumLanes } from './lane';
import { moments, sum } from './norm-row';
import { loadNext, storeLanes } from './tail';

/**
 * dx = inverse (g - mean g - normal mean(g normal)) for rows [rowBegin, rowEnd), with g = dy scale and normal = the normalised x.
 * mean and inverse are both 0, and computed, or both given. statistics receives the lanes (centre, inverse, offset) of each row,
 * where normal = (x - centre) inverse + offset.
 * dy, x, dx: [rows, columns]; scale: 0 or [columns]; mean, inverse: 0 or [rows]; statistics: 0 or [rows, 4].
 */
export function layerNormGradient(
  rowBegin: i32,
  rowEnd: i32,
  columns: i32,
  epsilon: f64,
  dy: usize,
  x: usize,
  scale: usize,
  mean: usize,
  inverse: usize,
  dx: usize,
  statistics: usize,
): void {
  const bytes = (<usize>columns) << 2;
  const n = <f64>columns;
  for (let row = rowBegin; row < rowEnd; row++) {
    const start = <usize>row * bytes;
    const at = (<usize>row) << 2;
    const m = mean
      ? f32x4(load<f32>(mean + at), load<f32>(inverse + at), 0, 0)
      : moments(columns, epsilon, sum(columns, x + start), x + start, x + start);
    const c = f32x4.extract_lane(m, 0);
    const r = <f64>f32x4.extract_lane(m, 1);
    const sums = gradientSums(columns, dy + start, x + start, scale, c);
    const slope = <f64>f32x4.extract_lane(sums, 0) / n;
    // How far the centre is off the mean.
    const correction = <f64>f32x4.extract_lane(sums, 2) / n;
    const along = r * r * r * (<f64>f32x4.extract_lane(sums, 1) / n - correction * slope);
    const constant = r * slope - along * correction;
    writeGradient(columns, dy + start, x + start, scale, c, <f32>r, <f32>constant, <f32>along, dx + start);
    if (statistics) v128.store(statistics + ((<usize>row) << 4), f32x4(c, <f32>r, <f32>(-correction * r), 0));
  }
}

/** The lanes (sum g, sum g (x - c), sum (x - c)), g = dy scale. dy, x: [columns]; scale: 0 or [columns]. */
function gradientSums(columns: i32, dy: usize, x: usize, scale: usize, c: f32): v128 {
  const centre = f32x4.splat(c);
  const zero = f32x4.splat(0);
  let sumG = zero;
  let sumGD = zero;
  let sumD = zero;
  let i = 0;
  if (columns >= 4) {
    do {
      const at = (<usize>i) << 2;
      const d = f32x4.sub(v128.load(x + at), centre);
      let g = v128.load(dy + at);
      if (scale) g = f32x4.mul(g, v128.load(scale + at));
      sumG = f32x4.add(sumG, g);
      sumGD = fma(g, d, sumGD);
      sumD = f32x4.add(sumD, d);
      i += 4;
    } while (i + 4 <= columns);
  }
  if (i < columns) {
    const at = (<usize>i) << 2;
    const d = f32x4.sub(loadNext(columns - i, x + at, centre), centre);
    let g = loadNext(columns - i, dy + at, zero);
    if (scale) g = f32x4.mul(g, loadNext(columns - i, scale + at, zero));
    sumG = f32x4.add(sumG, g);
    sumGD = fma(g, d, sumGD);
    sumD = f32x4.add(sumD, d);
  }
  return f32x4(sumLanes(sumG), sumLanes(sumGD), sumLanes(sumD), 0);
}

/** dx = r dy scale - constant - (x - c) along. dy, x, dx: [columns]; scale: 0 or [columns]. */
export function writeGradient(
  columns: i32,
  dy: usize,
  x: usize,
  scale: usize,
  c: f32,
  r: f32,
  constant: f32,
  along: f32,
  dx: usize,
): void {
  const centre = f32x4.splat(c);
  const wide = f32x4.splat(r);
  const minusConstant = f32x4.splat(-constant);
  const minusAlong = f32x4.splat(-along);
  for (let i = 0; i < columns; i += 4) {
    const at = (<usize>i) << 2;
    const left = columns - i;
    const d = f32x4.sub(loadNext(left, x + at, centre), centre);
    let g = f32x4.mul(loadNext(left, dy + at, centre), wide);
    if (scale) g = f32x4.mul(g, loadNext(left, scale + at, centre));
    storeLanes(dx + at, f32x4.add(g, fma(d, minusAlong, minusConstant)), left);
  }
}
