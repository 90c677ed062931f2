import { gaussian, normalTail } from './lane-error';
import { expNegative } from './lane-exp';
import { fma } from './lane-fma';
import { sigmoid } from './lane-sigmoid';

// Activations x s(x) with s(x) + s(-x) = 1, and the slopes of all. Bounds on x keep Infinity out of 0 Infinity; the limits come
// out: f(-Infinity) = 0, and slopes 0 and 1. pmin and pmax return their first operand when it is NaN, and so keep it.

/** x Phi(x) = max(x, 0) - |x| Phi(-|x|): nothing cancels on the left. Relative error 12 * 2^-24. */
export function gelu(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(15.0));
  return f32x4.sub(
    f32x4.pmax(x, f32x4.splat(0)),
    inline.always(gaussian(a, f32x4.mul(a, inline.always(normalTail(a))))),
  );
}

/** x sigmoid(v), which is x (1 + tanh(v / 2)) / 2, with v = sqrt(8 / pi) (x + 0.044715 x^3). */
export function geluTanh(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-15.0));
  const slope = fma(f32x4.mul(bounded, bounded), f32x4.splat(0.071354814), f32x4.splat(1.5957692));
  return f32x4.mul(bounded, inline.always(sigmoid(f32x4.mul(bounded, slope))));
}

/** x sigmoid(x). */
export function silu(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-120.0));
  return f32x4.mul(bounded, inline.always(sigmoid(bounded)));
}

/** dy where x > 0, 0 where x <= 0 whatever dy is, NaN where x is NaN: all bits set are a NaN. */
export function reluPasses(x: v128, dy: v128): v128 {
  return v128.or(v128.and(dy, f32x4.gt(x, f32x4.splat(0))), f32x4.ne(x, x));
}

/** The slope of x s(x) at x, given the one at -|x|: the two add up to 1. */
function mirrored(left: v128, x: v128): v128 {
  return v128.bitselect(left, f32x4.sub(f32x4.splat(1.0), left), f32x4.lt(x, f32x4.splat(0)));
}

/** Phi(x) + x phi(x). */
export function geluSlope(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(15.0));
  return mirrored(inline.always(gaussian(a, fma(a, f32x4.splat(-0.3989423), inline.always(normalTail(a))))), x);
}

/** sigmoid(v) + x v' sigmoid(v) (1 - sigmoid(v)) with the v of geluTanh. */
export function geluTanhSlope(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(15.0));
  const square = f32x4.mul(a, a);
  const v = f32x4.mul(a, fma(square, f32x4.splat(0.071354814), f32x4.splat(1.5957692)));
  const slope = f32x4.mul(a, fma(square, f32x4.splat(0.21406445), f32x4.splat(1.5957692)));
  return mirrored(leftSlope(inline.always(expNegative(f32x4.neg(v))), slope), x);
}

/** sigmoid(x) (1 + x (1 - sigmoid(x))). */
export function siluSlope(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(120.0));
  return mirrored(leftSlope(inline.always(expNegative(f32x4.neg(a))), a), x);
}

/** s - a' s (1 - s) with s = d / (1 + d). */
function leftSlope(d: v128, a: v128): v128 {
  const one = f32x4.splat(1.0);
  const share = f32x4.div(one, f32x4.add(one, d));
  return f32x4.mul(f32x4.mul(d, share), f32x4.sub(one, f32x4.mul(a, share)));
}

/** sigmoid(x) sigmoid(-x), small on both sides in full relative accuracy. */
export function sigmoidSlope(x: v128): v128 {
  const one = f32x4.splat(1.0);
  const d = inline.always(expNegative(v128.or(x, f32x4.splat(-0.0))));
  const sum = f32x4.add(one, d);
  return f32x4.div(d, f32x4.mul(sum, sum));
}

/** 1 - tanh(x)^2 = 4 sigmoid(2x) sigmoid(-2x). */
export function tanhSlope(x: v128): v128 {
  return f32x4.mul(f32x4.splat(4.0), inline.always(sigmoidSlope(f32x4.add(x, x))));
}
