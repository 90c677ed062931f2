import { exp } from './lane';

/**
 * Negative log-likelihoods of blocks [begin, end) of `blockRows` rows and, if dMean is not 0, their gradients. If weight is
 * not 0, logvar and weight = e^(-logvar / 2) are [columns] and dLogvar becomes the sums over each block, [blocks, columns].
 * x, mean, dMean and else logvar, dLogvar: [rows, columns]; nll: [rows].
 */
export function gaussianNll(
  begin: i32,
  end: i32,
  rows: i32,
  columns: i32,
  blockRows: i32,
  x: usize,
  mean: usize,
  logvar: usize,
  weight: usize,
  nll: usize,
  dMean: usize,
  dLogvar: usize,
): void {
  const bytes = (<usize>columns) << 2;
  const constant = 1.8378770664093453 * <f64>columns; // log 2 pi
  for (let block = begin; block < end; block++) {
    const first = block * blockRows;
    const last = min(first + blockRows, rows);
    for (let row = first; row < last; row++) {
      const at = <usize>row * bytes;
      const lv = weight ? logvar : logvar + at;
      const d = dMean ? dMean + at : 0;
      const dlv = weight ? dLogvar + <usize>block * bytes : dLogvar + at;
      const sum = oneRow(bytes, x + at, mean + at, lv, weight, d, dlv, weight !== 0 && row > first);
      store<f32>(nll + ((<usize>row) << 2), <f32>(0.5 * (constant + sum)));
    }
  }
}

/** Sum of logvar + z^2 with z = (mean - x) / deviation, in float64. All [columns], `bytes` long; weight, dMean may be 0. */
function oneRow(
  bytes: usize,
  x: usize,
  mean: usize,
  logvar: usize,
  weight: usize,
  dMean: usize,
  dLogvar: usize,
  accumulate: bool,
): f64 {
  const half = f32x4.splat(0.5);
  let sum = f64x2.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const lv = v128.load(logvar + at);
    const w = weight ? v128.load(weight + at) : inverseDeviation(lv);
    const z = f32x4.mul(f32x4.sub(v128.load(mean + at), v128.load(x + at)), w);
    const square = f32x4.mul(z, z);
    const value = f32x4.add(lv, square);
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(value));
    sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 0, 1)));
    if (dMean) {
      v128.store(dMean + at, f32x4.mul(z, w));
      let slope = f32x4.sub(half, f32x4.mul(square, half));
      if (accumulate) slope = f32x4.add(v128.load(dLogvar + at), slope);
      v128.store(dLogvar + at, slope);
    }
  }
  let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  for (; at < bytes; at += 4) {
    const lv = v128.load32_splat(logvar + at);
    const w = weight ? v128.load32_splat(weight + at) : inverseDeviation(lv);
    const z = f32x4.mul(f32x4.sub(v128.load32_splat(mean + at), v128.load32_splat(x + at)), w);
    const square = f32x4.mul(z, z);
    total += <f64>f32x4.extract_lane(f32x4.add(lv, square), 0);
    if (dMean) {
      v128.store32_lane(dMean + at, f32x4.mul(z, w), 0);
      let slope = f32x4.sub(half, f32x4.mul(square, half));
      if (accumulate) slope = f32x4.add(v128.load32_splat(dLogvar + at), slope);
      v128.store32_lane(dLogvar + at, slope, 0);
    }
  }
  return total;
}

/** e^(-logvar / 2). Its square would leave float32's range before the residuals it scales do. */
function inverseDeviation(logvar: v128): v128 {
  return exp(f32x4.mul(logvar, f32x4.splat(-0.5)));
}

/** One row of log variances and of their weights. logvar: [columns], or [] with scalar not 0; row, weight: [columns]. */
export function gaussianNllShared(columns: i32, scalar: i32, logvar: usize, row: usize, weight: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let at: usize = 0; at < bytes; at += 4) {
    const lv = v128.load32_splat(scalar ? logvar : logvar + at);
    v128.store32_lane(row + at, lv, 0);
    v128.store32_lane(weight + at, inverseDeviation(lv), 0);
  }
}

/** Columns [begin, end) of the sum over blocks, in float64, block after block. partial: [blocks, columns]; total: [columns]. */
export function sumNllBlocks(begin: i32, end: i32, blocks: i32, columns: i32, partial: usize, total: usize): void {
  for (let column = begin; column < end; column++) {
    let sum: f64 = 0;
    for (let block = 0; block < blocks; block++) {
      sum += <f64>load<f32>(partial + ((<usize>block * columns + column) << 2));
    }
    store<f32>(total + ((<usize>column) << 2), <f32>sum);
  }
}
