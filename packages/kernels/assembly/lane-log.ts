import { fma } from './lane-fma';

// Logarithms. With s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - (f^2 / 2 - s (f^2 / 2 + R)), R = s^2 (2/3 + 2/5 s^2 + ...):
// f enters unrounded (the arrangement of Sun's fdlibm).

/** log(1 + f) + e ln 2 for f in [sqrt(1/2) - 1, sqrt(2) - 1] and integers e, with ln 2 in two parts. */
function logOfFactors(f: v128, e: v128): v128 {
  const s = f32x4.div(f, f32x4.add(f, f32x4.splat(2.0)));
  const z = f32x4.mul(s, s);
  let p = fma(f32x4.splat(0.2987163), z, f32x4.splat(0.39977565));
  p = fma(p, z, f32x4.splat(0.66666776));
  const half = f32x4.mul(f32x4.mul(f, f), f32x4.splat(0.5));
  const tail = fma(s, fma(p, z, half), f32x4.mul(e, f32x4.splat(-2.1219444e-4)));
  return fma(e, f32x4.splat(0.693359375), f32x4.sub(f, f32x4.sub(half, tail)));
}

/** The result where it is finite; x for +Infinity and NaN, and for u = 0 -Infinity, for u < 0 NaN. */
function withPoles(result: v128, x: v128, u: v128): v128 {
  const infinity = f32x4.splat(Infinity);
  const zero = f32x4.splat(0);
  const finite = v128.bitselect(result, x, f32x4.lt(x, infinity));
  const pole = v128.bitselect(f32x4.neg(infinity), f32x4.splat(NaN), f32x4.eq(u, zero));
  return v128.bitselect(finite, pole, f32x4.gt(u, zero));
}

/** log(x): -Infinity at 0, NaN below, Infinity at Infinity. */
export function log(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608.0)), x, subnormal);
  // Subtracting the bits of sqrt(1/2) splits x = 2^e m with m in [sqrt(1/2), sqrt(2)).
  const e = i32x4.shr_s(i32x4.sub(scaled, i32x4.splat(0x3f3504f3)), 23);
  const m = i32x4.sub(scaled, i32x4.shl(e, 23));
  const exponent = i32x4.sub(e, v128.and(subnormal, i32x4.splat(23)));
  const result = inline.always(logOfFactors(f32x4.sub(m, f32x4.splat(1.0)), f32x4.convert_i32x4_s(exponent)));
  return withPoles(result, x, x);
}

/** log(1 + x) with full relative accuracy near 0: -Infinity at -1, NaN below, Infinity at Infinity. */
export function log1p(x: v128): v128 {
  const one = f32x4.splat(1.0);
  const u = f32x4.add(x, one);
  const e = i32x4.shr_s(i32x4.sub(u, i32x4.splat(0x3f3504f3)), 23);
  // 1 + f = 2^-e (1 + x), so f = 2^-e x + (2^-e - 1), exact but for the last bit. From e = 126 on the second term is -1.
  const power = i32x4.shl(i32x4.sub(i32x4.splat(127), i32x4.min_s(e, i32x4.splat(126))), 23);
  const f = f32x4.add(i32x4.sub(x, i32x4.shl(e, 23)), f32x4.sub(power, one));
  const result = withPoles(inline.always(logOfFactors(f, f32x4.convert_i32x4_s(e))), x, u);
  // Below 2^-25 the result is x to half an ulp; the sign of 0 would be lost above.
  return v128.bitselect(x, result, f32x4.lt(f32x4.abs(x), f32x4.splat(2.9802322e-8)));
}

/** log(1 + x) for x in [0, 1] alone, as softplus needs it; NaN for NaN. */
export function log1pUnit(x: v128): v128 {
  const s = f32x4.div(x, f32x4.add(x, f32x4.splat(2.0)));
  const z = f32x4.mul(s, s);
  let p = fma(f32x4.splat(0.28006816), z, f32x4.splat(0.28003022));
  p = fma(p, z, f32x4.splat(0.40021437));
  p = fma(p, z, f32x4.splat(0.6666642));
  const half = f32x4.mul(f32x4.mul(x, x), f32x4.splat(0.5));
  return f32x4.sub(x, f32x4.sub(half, f32x4.mul(s, fma(p, z, half))));
}
