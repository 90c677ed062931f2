import { expInside, expScaled } from './lane-exp';
import { fma } from './lane-fma';

/** The error function: x + x p(x^2) below 0.93, then 1 - e^-q(|x|), which is 1 to half an ulp from 4 on. */
export function erf(x: v128): v128 {
  const size = f32x4.abs(x);
  const t = f32x4.mul(size, size);
  let p = fma(f32x4.splat(-5.958977e-4), t, f32x4.splat(4.987253e-3));
  p = fma(p, t, f32x4.splat(-2.6762916e-2));
  p = fma(p, t, f32x4.splat(0.1128173));
  p = fma(p, t, f32x4.splat(-0.3761249));
  p = fma(p, t, f32x4.splat(0.12837915));
  const small = fma(size, p, size);
  const a = f32x4.pmin(size, f32x4.splat(4.0));
  let q = fma(f32x4.splat(-1.9381318e-4), a, f32x4.splat(3.0224945e-3));
  q = fma(q, a, f32x4.splat(-2.2144794e-2));
  q = fma(q, a, f32x4.splat(0.10376229));
  q = fma(q, a, f32x4.splat(0.63737386));
  q = fma(q, a, f32x4.splat(1.1275626));
  q = fma(q, a, f32x4.splat(2.2281821e-4));
  const large = f32x4.sub(f32x4.splat(1.0), inline.always(expInside(f32x4.neg(q))));
  const result = v128.bitselect(small, large, f32x4.lt(size, f32x4.splat(0.93)));
  return v128.or(result, v128.and(x, f32x4.splat(-0.0)));
}

/**
 * factor e^(-a^2/2) for a from 0 to 15. a^2 is squared in two parts, the first with the upper half of a's bits, so that the
 * exponent carries no rounding error: at a = 13 it would cost 80 ulp.
 */
export function gaussian(a: v128, factor: v128): v128 {
  const upper = v128.and(a, i32x4.splat(0xfffff000));
  const square = f32x4.mul(upper, upper);
  const cross = f32x4.mul(f32x4.sub(a, upper), f32x4.add(a, upper));
  const sum = f32x4.add(square, cross);
  const rest = f32x4.add(f32x4.sub(square, sum), cross);
  const half = f32x4.splat(-0.5);
  return inline.always(expScaled(f32x4.mul(sum, half), f32x4.mul(rest, half), factor));
}

/** e^(a^2/2) Phi(-a) for a from 0 to 15, Phi the normal distribution function: a quotient whose terms are all positive. */
export function normalTail(a: v128): v128 {
  let p = fma(f32x4.splat(0.00415329), a, f32x4.splat(0.04088151));
  p = fma(p, a, f32x4.splat(0.18397023));
  p = fma(p, a, f32x4.splat(0.4392848));
  p = fma(p, a, f32x4.splat(0.5));
  let q = fma(f32x4.splat(0.01041065), a, f32x4.splat(0.10248087));
  q = fma(q, a, f32x4.splat(0.47141159));
  q = fma(q, a, f32x4.splat(1.2055527));
  q = fma(q, a, f32x4.splat(1.6764547));
  q = fma(q, a, f32x4.splat(1.0));
  return f32x4.div(p, q);
}
