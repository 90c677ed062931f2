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

/** gradient + weightDecay * parameters; without decay an infinite parameter leaves its gradient alone. */
export function withDecay(gradient: v128, parameters: v128, weightDecay: f32): v128 {
  return weightDecay === 0 ? gradient : fma(f32x4.splat(weightDecay), parameters, gradient);
}
