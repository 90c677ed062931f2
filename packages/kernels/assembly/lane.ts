// Arithmetic on four float32 lanes. Polynomial coefficients are minimax fits of the relative error (Lawson's algorithm).

/** a * b + c: fused to one rounding in the relaxed build, two roundings in the plain one. */
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The same for two float64 lanes. */
export function fma64(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  return f64x2.add(f64x2.mul(a, b), c);
}

/**
 * 2^x, relative error 2e-7 for x from -126 to 0, as the weights of attention need it. From -127 down, -Infinity included, the
 * result is exactly 0: there the exponent and the bits of 1 cancel. Between, it is off by less than 2^-126. NaN stays NaN, as pmax
 * returns its first operand then. 1.5 * 2^23 rounds to the nearest integer in the low bits (magic number).
 */
export function exp2(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-127.0));
  const magic = f32x4.splat(12582912.0);
  const shifted = f32x4.add(bounded, magic);
  const f = f32x4.sub(bounded, f32x4.sub(shifted, magic));
  let p = fma(f32x4.splat(0.00132647), f, f32x4.splat(0.00967151));
  p = fma(p, f, f32x4.splat(0.05550734));
  p = fma(p, f, f32x4.splat(0.24022242));
  p = fma(p, f, f32x4.splat(0.69314698));
  p = fma(p, f, f32x4.splat(1.0));
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/**
 * e^x to 2 ulp over the whole range, subnormal results included; 0 below -104, Infinity above 88.73, NaN for NaN.
 * Cody and Waite 1980: x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2 in two parts.
 */
export function exp(x: v128): v128 {
  // pmax and pmin return their first operand when it is NaN.
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-105.0)), f32x4.splat(89.0));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  let r = fma(n, f32x4.splat(-0.693359375), bounded);
  r = fma(n, f32x4.splat(2.1219444e-4), r);
  let p = fma(f32x4.splat(0.00138146), r, f32x4.splat(0.00836871));
  p = fma(p, r, f32x4.splat(0.04166839));
  p = fma(p, r, f32x4.splat(0.16666521));
  p = fma(p, r, f32x4.splat(0.49999993));
  p = fma(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1.0)));
  // 2^n in two factors: n reaches 128 and -152, beyond one factor's exponent range.
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(p, low), high);
}

/** 2 atanh(z) for |z| <= 1/3: log((1 + z) / (1 - z)), relative error 1e-8 before rounding. */
function twiceAtanh(z: v128): v128 {
  const t = f32x4.mul(z, z);
  let p = fma(f32x4.splat(0.14006024), t, f32x4.splat(0.14000897));
  p = fma(p, t, f32x4.splat(0.20010764));
  p = fma(p, t, f32x4.splat(0.33333208));
  const twice = f32x4.add(z, z);
  return fma(f32x4.mul(p, t), twice, twice);
}

/** log(1 + x) for x in [0, 1], with full relative accuracy near 0. */
export function log1p(x: v128): v128 {
  return twiceAtanh(f32x4.div(x, f32x4.add(x, f32x4.splat(2.0))));
}

/** log(x) for normal x > 0; NaN for NaN. The sums of exponentials it is used on are at least 1. */
export function log(x: v128): v128 {
  // Subtracting the bits of sqrt(1/2) splits x = 2^e m with m in [sqrt(1/2), sqrt(2)).
  const offset = i32x4.splat(0x3f3504f3);
  const e = f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.sub(x, offset), 23));
  const m = i32x4.sub(x, i32x4.shl(i32x4.trunc_sat_f32x4_s(e), 23));
  const one = f32x4.splat(1.0);
  const tail = twiceAtanh(f32x4.div(f32x4.sub(m, one), f32x4.add(m, one)));
  const sum = fma(e, f32x4.splat(-2.1219444e-4), tail);
  const result = fma(e, f32x4.splat(0.693359375), sum);
  return v128.bitselect(result, x, f32x4.eq(x, x));
}

/** Sum of the four lanes, pairwise: (0 + 2) + (1 + 3). */
export function sumLanes(x: v128): f32 {
  const pair = f32x4.add(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return f32x4.extract_lane(pair, 0) + f32x4.extract_lane(pair, 1);
}

/** Largest of the four lanes; NaN if any is NaN. */
export function maxLanes(x: v128): f32 {
  const pair = f32x4.max(x, v128.shuffle<f32>(x, x, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pair, 0), f32x4.extract_lane(pair, 1));
}
