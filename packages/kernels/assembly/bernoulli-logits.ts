import { exp, log1pUnit } from './lane';

/**
 * Rows [rowBegin, rowEnd) of log p = sum_e x l - softplus(l) and, if gradient is not 0, x - sigmoid(l), in one pass.
 * Each row sums in float64. x, logits, gradient: [rows, columns]; logLikelihood: [rows].
 */
export function bernoulliLogits(
  rowBegin: i32,
  rowEnd: i32,
  columns: i32,
  x: usize,
  logits: usize,
  logLikelihood: usize,
  gradient: usize,
): void {
  for (let row = rowBegin; row < rowEnd; row++) {
    const start = (<usize>row * columns) << 2;
    let sum = f64x2.splat(0);
    let i = 0;
    for (; i + 4 <= columns; i += 4) {
      const at = start + ((<usize>i) << 2);
      const target = v128.load(x + at);
      const logit = v128.load(logits + at);
      const decay = exp(f32x4.neg(f32x4.abs(logit)));
      const value = logProbability(target, logit, decay);
      sum = f64x2.add(sum, f64x2.promote_low_f32x4(value));
      sum = f64x2.add(sum, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 0, 1)));
      if (gradient) v128.store(gradient + at, slope(target, logit, decay));
    }
    let total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    for (; i < columns; i++) {
      const at = start + ((<usize>i) << 2);
      const target = v128.load32_splat(x + at);
      const logit = v128.load32_splat(logits + at);
      const decay = exp(f32x4.neg(f32x4.abs(logit)));
      total += <f64>f32x4.extract_lane(logProbability(target, logit, decay), 0);
      if (gradient) store<f32>(gradient + at, f32x4.extract_lane(slope(target, logit, decay), 0));
    }
    store<f32>(logLikelihood + ((<usize>row) << 2), <f32>total);
  }
}

/** x l - max(l, 0) - log1p(e^-|l|). For x in {0, 1} the first two terms cancel exactly. */
function logProbability(target: v128, logit: v128, decay: v128): v128 {
  const linear = f32x4.sub(f32x4.mul(target, logit), f32x4.pmax(logit, f32x4.splat(0)));
  return f32x4.sub(linear, log1pUnit(decay));
}

/** x - sigmoid(l), where decay = e^-|l|. */
function slope(target: v128, logit: v128, decay: v128): v128 {
  const one = f32x4.splat(1);
  const numerator = v128.bitselect(one, decay, f32x4.ge(logit, f32x4.splat(0)));
  return f32x4.sub(target, f32x4.div(numerator, f32x4.add(one, decay)));
}
