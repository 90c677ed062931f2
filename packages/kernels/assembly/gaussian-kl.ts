import { exp, fma } from './lane';

/**
 * Elements [begin, end) of KL(N(mean, e^logvar) || N(0, 1)) and, if dMean is not 0, of its gradients.
 * mean, logvar, divergence, dMean, dLogvar: [count].
 */
export function gaussianKl(
  begin: i32,
  end: i32,
  mean: usize,
  logvar: usize,
  divergence: usize,
  dMean: usize,
  dLogvar: usize,
): void {
  const last = (<usize>end) << 2;
  let at = (<usize>begin) << 2;
  for (; at + 16 <= last; at += 16) {
    const m = v128.load(mean + at);
    const lv = v128.load(logvar + at);
    const e = exp(lv);
    const rest = halfRemainder(lv, e);
    v128.store(divergence + at, withMean(m, rest));
    if (dMean) {
      v128.store(dMean + at, m);
      v128.store(dLogvar + at, slope(lv, e, rest));
    }
  }
  for (; at < last; at += 4) {
    const m = v128.load32_splat(mean + at);
    const lv = v128.load32_splat(logvar + at);
    const e = exp(lv);
    const rest = halfRemainder(lv, e);
    v128.store32_lane(divergence + at, withMean(m, rest), 0);
    if (dMean) {
      v128.store32_lane(dMean + at, m, 0);
      v128.store32_lane(dLogvar + at, slope(lv, e, rest), 0);
    }
  }
}

/**
 * The same for rows [begin, end), summed over each row in float64.
 * mean, logvar, dMean, dLogvar: [rows, columns]; divergence: [rows].
 */
export function gaussianKlRows(
  begin: i32,
  end: i32,
  columns: i32,
  mean: usize,
  logvar: usize,
  divergence: usize,
  dMean: usize,
  dLogvar: usize,
): void {
  const bytes = (<usize>columns) << 2;
  for (let row = begin; row < end; row++) {
    let at = <usize>row * bytes;
    const last = at + bytes;
    let sum = f64x2.splat(0);
    for (; at + 16 <= last; at += 16) {
      const m = v128.load(mean + at);
      const lv = v128.load(logvar + at);
      const e = exp(lv);
      const rest = halfRemainder(lv, e);
      const value = withMean(m, rest);
      sum = f64x2.add(sum, f64x2.promote_low_f32x4(value));
      sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 0, 1)));
      if (dMean) {
        v128.store(dMean + at, m);
        v128.store(dLogvar + at, slope(lv, e, rest));
      }
    }
    let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    for (; at < last; at += 4) {
      const m = v128.load32_splat(mean + at);
      const lv = v128.load32_splat(logvar + at);
      const e = exp(lv);
      const rest = halfRemainder(lv, e);
      total += <f64>f32x4.extract_lane(withMean(m, rest), 0);
      if (dMean) {
        v128.store32_lane(dMean + at, m, 0);
        v128.store32_lane(dLogvar + at, slope(lv, e, rest), 0);
      }
    }
    store<f32>(divergence + ((<usize>row) << 2), <f32>total);
  }
}

/**
 * (e^x - 1 - x) / 2 with full relative accuracy, where e = e^x. For |x| <= 1, where the difference would cancel, it is x^2
 * times a minimax polynomial (Lawson's algorithm, relative error 5e-9), and so never negative.
 */
function halfRemainder(x: v128, e: v128): v128 {
  let p = fma(f32x4.splat(1.38614e-6), x, f32x4.splat(1.2677416e-5));
  p = fma(p, x, f32x4.splat(9.922012e-5));
  p = fma(p, x, f32x4.splat(6.9427255e-4));
  p = fma(p, x, f32x4.splat(0.0041666553));
  p = fma(p, x, f32x4.splat(0.020833368));
  p = fma(p, x, f32x4.splat(0.083333335));
  p = fma(p, x, f32x4.splat(0.25));
  const large = f32x4.mul(f32x4.sub(f32x4.sub(e, f32x4.splat(1)), x), f32x4.splat(0.5));
  return v128.bitselect(f32x4.mul(p, f32x4.mul(x, x)), large, nearZero(x));
}

/** mean^2 / 2 + rest, halved first so that the square overflows only if the result does. */
function withMean(mean: v128, rest: v128): v128 {
  return fma(f32x4.mul(mean, f32x4.splat(0.5)), mean, rest);
}

/** (e^x - 1) / 2, where e = e^x and rest is the half remainder. */
function slope(x: v128, e: v128, rest: v128): v128 {
  const half = f32x4.splat(0.5);
  const large = f32x4.mul(f32x4.sub(e, f32x4.splat(1)), half);
  return v128.bitselect(fma(x, half, rest), large, nearZero(x));
}

function nearZero(x: v128): v128 {
  return f32x4.le(f32x4.abs(x), f32x4.splat(1));
}
