import { fma64 } from './lane';

// Functions of two float64 lanes. The polynomial is a minimax fit of the relative error (Remez), 3.7e-18.

/** 1.5 * 2^52: adding it rounds to the nearest integer, which then stands in the low bits. */
const MAGIC: f64 = 6755399441055744.0;

/** 2^k for integers k from -1022 to 1023: the low bits of the sum hold the biased exponent. */
function power(k: v128): v128 {
  return i64x2.shl(f64x2.add(k, f64x2.splat(MAGIC + 1023.0)), 52);
}

/**
 * e^x to 1 ulp over the whole range, subnormal results included; 0 below -745.14, Infinity above 709.79, NaN for NaN.
 * Cody and Waite 1980: x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2 in two parts, the first of 21 bits so that n times it is exact.
 */
export function exp64(x: v128): v128 {
  // pmax and pmin return their first operand when it is NaN.
  const bounded = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-746.0)), f64x2.splat(710.0));
  const magic = f64x2.splat(MAGIC);
  const n = f64x2.sub(fma64(bounded, f64x2.splat(1.4426950408889634), magic), magic);
  let r = fma64(n, f64x2.splat(-0.6931467056274414), bounded);
  r = fma64(n, f64x2.splat(-4.7493250390316726e-7), r);
  let p = fma64(f64x2.splat(2.5000137804752255e-8), r, f64x2.splat(2.7630311924191684e-7));
  p = fma64(p, r, f64x2.splat(2.7557586673681926e-6));
  p = fma64(p, r, f64x2.splat(2.480149293639701e-5));
  p = fma64(p, r, f64x2.splat(1.9841269505557836e-4));
  p = fma64(p, r, f64x2.splat(0.001388888894376882));
  p = fma64(p, r, f64x2.splat(0.008333333333495301));
  p = fma64(p, r, f64x2.splat(0.04166666666652972));
  p = fma64(p, r, f64x2.splat(0.1666666666666641));
  p = fma64(p, r, f64x2.splat(0.5000000000000011));
  p = f64x2.add(fma64(p, f64x2.mul(r, r), r), f64x2.splat(1.0));
  // 2^n in two factors, as n goes from -1076 to 1024: the first leaves p normal, so that only the second rounds.
  const whole = f64x2.pmin(f64x2.pmax(n, f64x2.splat(-1021.0)), f64x2.splat(1023.0));
  return f64x2.mul(f64x2.mul(p, power(whole)), power(f64x2.sub(n, whole)));
}

/** 1 / (1 + e^-x) to 2 ulp over the whole range: e^x / (1 + e^x) for x < 0, where the small side keeps its digits. */
export function sigmoid64(x: v128): v128 {
  const decay = exp64(f64x2.neg(f64x2.abs(x)));
  const one = f64x2.splat(1.0);
  const numerator = v128.bitselect(decay, one, f64x2.lt(x, f64x2.splat(0.0)));
  return f64x2.div(numerator, f64x2.add(one, decay));
}
