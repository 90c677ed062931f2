import { fma } from './lane-fma';

// Exponentials. Cody and Waite 1980: x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2 in two parts of which the first has so few bits
// that its products with n are exact. pmax and pmin return their first operand when it is NaN, and so keep it.

/**
 * 2^x, relative error 2e-7 for x from -126 to 0, as the weights of attention need it; 0 from -127 down, -Infinity included,
 * and between off by less than 2^-126. NaN stays NaN. 1.5 * 2^23 + 127 rounds to the nearest integer (magic number) and
 * leaves the power's biased exponent in the low bits.
 */
export function exp2(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-127.0));
  const magic = f32x4.splat(12583039.0);
  const shifted = f32x4.add(bounded, magic);
  const f = f32x4.sub(bounded, f32x4.sub(shifted, magic));
  let p = fma(f32x4.splat(0.00132647), f, f32x4.splat(0.00967151));
  p = fma(p, f, f32x4.splat(0.05550734));
  p = fma(p, f, f32x4.splat(0.24022242));
  p = fma(p, f, f32x4.splat(0.69314698));
  p = fma(p, f, f32x4.splat(1.0));
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** (e^r - 1 - r) / r^2 for |r| <= 0.348; times r^2 it is off by 1.4e-8 of e^r - 1. */
function expTail(r: v128): v128 {
  let p = fma(f32x4.splat(1.3870981e-3), r, f32x4.splat(8.366477e-3));
  p = fma(p, r, f32x4.splat(4.1667435e-2));
  p = fma(p, r, f32x4.splat(0.16666545));
  return fma(p, r, f32x4.splat(0.49999997));
}

/** x / ln 2 + 1.5 * 2^23: the nearest integer n stands in the low bits (magic number). */
function quotient(x: v128): v128 {
  return fma(x, f32x4.splat(1.44269504), f32x4.splat(12582912.0));
}

/** n as a float. */
function integerOf(shifted: v128): v128 {
  return f32x4.sub(shifted, f32x4.splat(12582912.0));
}

/** e^r for the r in x = n ln 2 + r. */
function expOfRemainder(x: v128, n: v128): v128 {
  const r = fma(n, f32x4.splat(2.1219444e-4), fma(n, f32x4.splat(-0.693359375), x));
  const one = f32x4.splat(1.0);
  return fma(fma(expTail(r), r, one), r, one);
}

/** e^r for the r in x + extra = n ln 2 + r, with the rounding error of r made good. */
function expOfSum(x: v128, extra: v128, n: v128): v128 {
  const coarse = fma(n, f32x4.splat(-0.693359375), x);
  const fine = fma(n, f32x4.splat(2.1219444e-4), extra);
  const r = f32x4.add(coarse, fine);
  const rest = f32x4.add(f32x4.sub(coarse, r), fine);
  return f32x4.add(f32x4.add(r, fma(expTail(r), f32x4.mul(r, r), rest)), f32x4.splat(1.0));
}

/** p 2^n for the n from -250 to 250 in `shifted`, in two factors: one would not reach the subnormal numbers. NaN stays NaN. */
function timesPowerOfTwo(p: v128, shifted: v128): v128 {
  const one = f32x4.splat(1.0);
  const n = i32x4.shl(shifted, 23);
  const half = v128.and(i32x4.shr_s(n, 1), i32x4.splat(0xff800000));
  return f32x4.mul(f32x4.mul(p, i32x4.add(half, one)), i32x4.add(i32x4.sub(n, half), one));
}

/** e^x over the whole range, subnormal results included; 0 below -104, Infinity above 88.73, NaN for NaN. */
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-105.0)), f32x4.splat(89.0));
  const shifted = quotient(bounded);
  return timesPowerOfTwo(expOfRemainder(bounded, integerOf(shifted)), shifted);
}

/** e^x for x <= 0 to three quarters of an ulp, for quotients like e^x / (1 + e^x); 0 below -104, NaN for NaN. */
export function expNegative(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-105.0));
  const shifted = quotient(bounded);
  return timesPowerOfTwo(expOfSum(bounded, f32x4.splat(0), integerOf(shifted)), shifted);
}

/** e^x for x from -87 to 88, where neither x nor the result needs a bound. */
export function expInside(x: v128): v128 {
  const shifted = quotient(x);
  const power = i32x4.add(i32x4.shl(shifted, 23), f32x4.splat(1.0));
  return f32x4.mul(expOfRemainder(x, integerOf(shifted)), power);
}

/** factor e^(x + extra) for x from -150 to 0 and |extra| <= 2^-10, rounded once where the result is subnormal. */
export function expScaled(x: v128, extra: v128, factor: v128): v128 {
  const shifted = quotient(x);
  return timesPowerOfTwo(f32x4.mul(expOfSum(x, extra, integerOf(shifted)), factor), shifted);
}

/** e^x - 1 with full relative accuracy near 0; -1 for -Infinity, Infinity above 88.73. */
export function expm1(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-18.0)), f32x4.splat(89.0));
  const shifted = quotient(bounded);
  const n = integerOf(shifted);
  const coarse = fma(n, f32x4.splat(-0.693359375), bounded);
  const fine = f32x4.mul(n, f32x4.splat(2.1219444e-4));
  const r = f32x4.add(coarse, fine);
  const rest = f32x4.add(f32x4.sub(coarse, r), fine);
  const q = f32x4.add(r, fma(expTail(r), f32x4.mul(r, r), rest));
  // 2^n q + (2^n - 1), through half of it: 2^128 is no float32.
  const power = i32x4.add(i32x4.shl(shifted, 23), f32x4.splat(0.5));
  const half = fma(power, q, f32x4.sub(power, f32x4.splat(0.5)));
  // Below 2^-25 the result is x to half an ulp; halves of subnormal numbers and the sign of 0 would be lost above.
  return v128.bitselect(x, f32x4.add(half, half), f32x4.lt(f32x4.abs(x), f32x4.splat(2.9802322e-8)));
}
