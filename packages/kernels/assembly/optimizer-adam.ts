import { fma } from './lane';
import { withDecay } from './optimizer';

/**
 * Elements [begin, end) of a step of Adam: the moments move towards g and g^2 by 1 - beta, and the parameters by
 * -stepSize * firstMoment / (sqrt(secondMoment) * scale + epsilon) - shrink * parameters, where stepSize and scale hold the
 * corrections of the bias. parameters, firstMoment, secondMoment: [count], written; gradient: [count].
 */
export function adamStep(
  begin: i32,
  end: i32,
  stepSize: f32,
  weightDecay: f32,
  shrink: f32,
  towardsFirst: f32,
  keepSecond: f32,
  towardsSecond: f32,
  scale: f32,
  epsilon: f32,
  gradient: usize,
  parameters: usize,
  firstMoment: usize,
  secondMoment: usize,
): void {
  const last = (<usize>end) << 2;
  let at = (<usize>begin) << 2;
  const towards = f32x4.splat(towardsFirst);
  for (; at + 32 <= last; at += 32) {
    const p = v128.load(parameters + at);
    const q = v128.load(parameters + at, 16);
    const a = withDecay(v128.load(gradient + at), p, weightDecay);
    const b = withDecay(v128.load(gradient + at, 16), q, weightDecay);
    const m = average(v128.load(firstMoment + at), a, towards);
    const n = average(v128.load(firstMoment + at, 16), b, towards);
    const v = averageSquare(v128.load(secondMoment + at), a, keepSecond, towardsSecond);
    const w = averageSquare(v128.load(secondMoment + at, 16), b, keepSecond, towardsSecond);
    v128.store(firstMoment + at, m);
    v128.store(firstMoment + at, n, 16);
    v128.store(secondMoment + at, v);
    v128.store(secondMoment + at, w, 16);
    v128.store(parameters + at, moved(p, m, v, stepSize, shrink, scale, epsilon));
    v128.store(parameters + at, moved(q, n, w, stepSize, shrink, scale, epsilon), 16);
  }
  for (; at < last; at += 4) {
    const p = v128.load32_splat(parameters + at);
    const a = withDecay(v128.load32_splat(gradient + at), p, weightDecay);
    const m = average(v128.load32_splat(firstMoment + at), a, towards);
    const v = averageSquare(v128.load32_splat(secondMoment + at), a, keepSecond, towardsSecond);
    v128.store32_lane(firstMoment + at, m, 0);
    v128.store32_lane(secondMoment + at, v, 0);
    v128.store32_lane(parameters + at, moved(p, m, v, stepSize, shrink, scale, epsilon), 0);
  }
}

/** moment + towards * (gradient - moment). */
function average(moment: v128, gradient: v128, towards: v128): v128 {
  return fma(towards, f32x4.sub(gradient, moment), moment);
}

/** keep * moment + towards * gradient^2, which an infinite moment outlives. */
function averageSquare(moment: v128, gradient: v128, keep: f32, towards: f32): v128 {
  const square = f32x4.mul(f32x4.mul(gradient, f32x4.splat(towards)), gradient);
  return fma(f32x4.splat(keep), moment, square);
}

function moved(p: v128, m: v128, v: v128, stepSize: f32, shrink: f32, scale: f32, epsilon: f32): v128 {
  const size = fma(f32x4.sqrt(v), f32x4.splat(scale), f32x4.splat(epsilon));
  let step = f32x4.div(f32x4.mul(m, f32x4.splat(stepSize)), size);
  if (shrink !== 0) step = fma(f32x4.splat(shrink), p, step);
  return f32x4.sub(p, step);
}
