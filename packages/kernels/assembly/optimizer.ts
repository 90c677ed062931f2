import { fma } from './lane';

// Steps in place: the parameters and the state are read and written, element by element.

/**
 * Elements [begin, end) of a step of stochastic gradient descent. If velocity is not 0 it becomes the gradient when `first`
 * is not 0, else momentum * velocity + keep * gradient. parameters, velocity: [count], written; gradient: [count].
 */
export function sgdStep(
  begin: i32,
  end: i32,
  learningRate: f32,
  weightDecay: f32,
  momentum: f32,
  keep: f32,
  first: i32,
  nesterov: i32,
  gradient: usize,
  parameters: usize,
  velocity: usize,
): void {
  const last = (<usize>end) << 2;
  let at = (<usize>begin) << 2;
  const rate = f32x4.splat(-learningRate);
  const mu = f32x4.splat(momentum);
  for (; at + 32 <= last; at += 32) {
    const p = v128.load(parameters + at);
    const q = v128.load(parameters + at, 16);
    let a = withDecay(v128.load(gradient + at), p, weightDecay);
    let b = withDecay(v128.load(gradient + at, 16), q, weightDecay);
    if (velocity) {
      const u = first ? a : fma(mu, v128.load(velocity + at), f32x4.mul(a, f32x4.splat(keep)));
      const v = first ? b : fma(mu, v128.load(velocity + at, 16), f32x4.mul(b, f32x4.splat(keep)));
      v128.store(velocity + at, u);
      v128.store(velocity + at, v, 16);
      a = nesterov ? fma(mu, u, a) : u;
      b = nesterov ? fma(mu, v, b) : v;
    }
    v128.store(parameters + at, fma(rate, a, p));
    v128.store(parameters + at, fma(rate, b, q), 16);
  }
  for (; at < last; at += 4) {
    const p = v128.load32_splat(parameters + at);
    let a = withDecay(v128.load32_splat(gradient + at), p, weightDecay);
    if (velocity) {
      const u = first ? a : fma(mu, v128.load32_splat(velocity + at), f32x4.mul(a, f32x4.splat(keep)));
      v128.store32_lane(velocity + at, u, 0);
      a = nesterov ? fma(mu, u, a) : u;
    }
    v128.store32_lane(parameters + at, fma(rate, a, p), 0);
  }
}

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

/** gradient + weightDecay * parameters; without decay an infinite parameter leaves its gradient alone. */
function withDecay(gradient: v128, parameters: v128, weightDecay: f32): v128 {
  return weightDecay === 0 ? gradient : fma(f32x4.splat(weightDecay), parameters, gradient);
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
