import { fma64 } from './lane';

// Functions of two float64 lanes. e^x after Cody and Waite 1980: x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2 in two parts, the
// first of 21 bits so that n times it is exact; the polynomial is a minimax fit of the relative error (Remez), 3.7e-18. The
// parts are functions small enough for the compiler to inline.

/** 1.5 * 2^52: adding it rounds to the nearest integer, which then stands in the low bits. */
const MAGIC: f64 = 6755399441055744.0;

/** The integer next to x / ln 2 in the low bits of the result, plus `shift`, which is MAGIC + an integer. */
function quotient(x: v128, shift: f64): v128 {
  return fma64(x, f64x2.splat(1.4426950408889634), f64x2.splat(shift));
}

/** x - n ln 2. */
function remainder(x: v128, n: v128): v128 {
  const r = fma64(n, f64x2.splat(-0.6931467056274414), x);
  return fma64(n, f64x2.splat(-4.7493250390316726e-7), r);
}

/** ((p r + a) r + b) r + c. */
function horner(p: v128, r: v128, a: f64, b: f64, c: f64): v128 {
  p = fma64(p, r, f64x2.splat(a));
  p = fma64(p, r, f64x2.splat(b));
  return fma64(p, r, f64x2.splat(c));
}

/** The terms of e^r from r^9 up, by r^9. */
function high(r: v128): v128 {
  const p = fma64(f64x2.splat(2.5000137804752255e-8), r, f64x2.splat(2.7630311924191684e-7));
  return fma64(p, r, f64x2.splat(2.7557586673681926e-6));
}

/** The terms of e^r from r^5 up, by r^5. */
function middle(p: v128, r: v128): v128 {
  p = fma64(p, r, f64x2.splat(2.480149293639701e-5));
  return horner(p, r, 1.9841269505557836e-4, 0.001388888894376882, 0.008333333333495301);
}

/** e^r, given its terms from r^5 up. */
function low(p: v128, r: v128): v128 {
  p = horner(p, r, 0.04166666666652972, 0.1666666666666641, 0.5000000000000011);
  return f64x2.add(fma64(p, f64x2.mul(r, r), r), f64x2.splat(1.0));
}

/** 2^k for integers k from -1022 to 1023: the low bits of the sum hold the biased exponent. */
function power(k: v128): v128 {
  return i64x2.shl(f64x2.add(k, f64x2.splat(MAGIC + 1023.0)), 52);
}

/** e^x to 1 ulp over the whole range, subnormal results included; 0 below -745.14, Infinity above 709.79, NaN for NaN. */
export function exp64(x: v128): v128 {
  // pmax and pmin return their first operand when it is NaN.
  const bounded = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-746.0)), f64x2.splat(710.0));
  const n = f64x2.sub(quotient(bounded, MAGIC), f64x2.splat(MAGIC));
  const r = remainder(bounded, n);
  const p = low(middle(high(r), r), r);
  // 2^n in two factors, as n goes from -1076 to 1024: the first leaves p normal, so that only the second rounds.
  const whole = f64x2.pmin(f64x2.pmax(n, f64x2.splat(-1021.0)), f64x2.splat(1023.0));
  return f64x2.mul(f64x2.mul(p, power(whole)), power(f64x2.sub(n, whole)));
}

/** -|x|, no less than -746, where e^x is 0. */
function fold(x: v128): v128 {
  return f64x2.pmax(v128.or(x, f64x2.splat(-0.0)), f64x2.splat(-746.0));
}

/** p 2^n from a quotient n + 128: the exponents add up without underflow, and the product by 2^-128 rounds if need be. */
function scale(p: v128, q: v128): v128 {
  return f64x2.mul(i64x2.add(p, i64x2.shl(q, 52)), f64x2.splat(2.938735877055719e-39));
}

/** (x < 0 ? decay : 1) / (1 + decay) for decay = e^-|x| <= 1; NaN for NaN, whatever its bits became on the way. */
function ratio(x: v128, decay: v128): v128 {
  const one = f64x2.splat(1.0);
  const numerator = f64x2.pmax(v128.and(one, f64x2.ge(x, f64x2.splat(0.0))), decay);
  return v128.or(f64x2.div(numerator, f64x2.add(one, decay)), f64x2.ne(x, x));
}

/**
 * to = 1 / (1 + e^-x) to 2 ulp over the whole range, the small side of x < 0 with all its digits: four independent chains at
 * once. `bytes` is a multiple of 64. x, to: [bytes / 8], the same or apart.
 */
export function sigmoids(bytes: usize, x: usize, to: usize): void {
  const shift = f64x2.splat(MAGIC + 128.0);
  for (let i: usize = 0; i < bytes; i += 64) {
    const x0 = v128.load(x + i);
    const x1 = v128.load(x + i, 16);
    const x2 = v128.load(x + i, 32);
    const x3 = v128.load(x + i, 48);
    const q0 = quotient(fold(x0), MAGIC + 128.0);
    const q1 = quotient(fold(x1), MAGIC + 128.0);
    const q2 = quotient(fold(x2), MAGIC + 128.0);
    const q3 = quotient(fold(x3), MAGIC + 128.0);
    const r0 = remainder(fold(x0), f64x2.sub(q0, shift));
    const r1 = remainder(fold(x1), f64x2.sub(q1, shift));
    const r2 = remainder(fold(x2), f64x2.sub(q2, shift));
    const r3 = remainder(fold(x3), f64x2.sub(q3, shift));
    let p0 = high(r0);
    let p1 = high(r1);
    let p2 = high(r2);
    let p3 = high(r3);
    p0 = middle(p0, r0);
    p1 = middle(p1, r1);
    p2 = middle(p2, r2);
    p3 = middle(p3, r3);
    p0 = low(p0, r0);
    p1 = low(p1, r1);
    p2 = low(p2, r2);
    p3 = low(p3, r3);
    v128.store(to + i, ratio(x0, scale(p0, q0)));
    v128.store(to + i, ratio(x1, scale(p1, q1)), 16);
    v128.store(to + i, ratio(x2, scale(p2, q2)), 32);
    v128.store(to + i, ratio(x3, scale(p3, q3)), 48);
  }
}
