import { expInside, expNegative } from './lane-exp';
import { fma } from './lane-fma';
import { log1pUnit } from './lane-log';

/** tanh(x): a polynomial up to 0.625, then 1 - 2 / (e^2|x| + 1). */
export function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  const t = f32x4.mul(size, size);
  let p = fma(f32x4.splat(-5.6922906e-3), t, f32x4.splat(2.0628165e-2));
  p = fma(p, t, f32x4.splat(-5.3736515e-2));
  p = fma(p, t, f32x4.splat(0.13331406));
  p = fma(p, t, f32x4.splat(-0.3333328));
  const small = fma(f32x4.mul(size, t), p, size);
  // tanh(9.1) is 1 to half an ulp.
  const bounded = f32x4.pmin(size, f32x4.splat(9.1));
  const one = f32x4.splat(1.0);
  const large = f32x4.sub(
    one,
    f32x4.div(f32x4.splat(2.0), f32x4.add(inline.always(expInside(f32x4.add(bounded, bounded))), one)),
  );
  const result = v128.bitselect(small, large, f32x4.lt(size, f32x4.splat(0.625)));
  return v128.or(result, v128.and(x, f32x4.splat(-0.0)));
}

/**
 * 1 / (1 + e^-x), the small side in full relative accuracy. With d = e^-|x|, d / (1 + d) = d - d (d / (1 + d)): the rounding
 * error of the quotient is damped.
 */
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1.0);
  const decay = inline.always(expNegative(v128.or(x, f32x4.splat(-0.0))));
  const small = fma(f32x4.neg(decay), f32x4.div(decay, f32x4.add(one, decay)), decay);
  return v128.bitselect(f32x4.sub(one, small), small, f32x4.ge(x, f32x4.splat(0)));
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^-|x|). */
export function softplus(x: v128): v128 {
  return f32x4.add(
    f32x4.pmax(x, f32x4.splat(0)),
    inline.always(log1pUnit(inline.always(expNegative(v128.or(x, f32x4.splat(-0.0)))))),
  );
}
