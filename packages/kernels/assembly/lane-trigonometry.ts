// What Box and Muller's method needs of four random words, in float32 lanes. Multiplications and additions stay apart, so
// that both binaries give the same bits. Polynomial coefficients are minimax fits of the relative error (Lawson's algorithm).

/** sin(x) for |x| <= pi / 4, relative error 4e-9 before rounding. */
export function sineNearZero(x: v128): v128 {
  const t = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(f32x4.splat(-1.9515271e-4), t), f32x4.splat(0.00833216));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.16666655));
  return f32x4.add(f32x4.mul(f32x4.mul(p, t), x), x);
}

/** cos(x) for |x| <= pi / 4, relative error 2e-10 before rounding. */
export function cosineNearZero(x: v128): v128 {
  const t = f32x4.mul(x, x);
  let p = f32x4.add(f32x4.mul(f32x4.splat(2.4433148e-5), t), f32x4.splat(-0.0013887316));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.041666646));
  const one = f32x4.sub(f32x4.splat(1.0), f32x4.mul(t, f32x4.splat(0.5)));
  return f32x4.add(f32x4.mul(f32x4.mul(p, t), t), one);
}

/** An angle of word / 2^32 turns, less its nearest whole number of quarter turns, in radians: |x| <= pi / 4. */
export function withinQuarter(word: v128): v128 {
  // Two bits up, the quarter's number is gone, and the sign bit stands for its far half.
  const rest = f32x4.convert_i32x4_s(i32x4.shl(word, 2));
  return f32x4.mul(rest, f32x4.splat(3.6572952e-10));
}

/** sin of an angle of word / 2^32 turns, from the sine and cosine of the angle within its quarter. */
export function sineOfTurn(word: v128, sine: v128, cosine: v128): v128 {
  const quarter = i32x4.add(word, i32x4.splat(0x20000000));
  const odd = i32x4.shr_s(i32x4.shl(quarter, 1), 31);
  const sign = v128.and(quarter, i32x4.splat(0x80000000));
  return v128.xor(v128.bitselect(cosine, sine, odd), sign);
}

/** cos of an angle of word / 2^32 turns, from the sine and cosine of the angle within its quarter. */
export function cosineOfTurn(word: v128, sine: v128, cosine: v128): v128 {
  const quarter = i32x4.add(word, i32x4.splat(0x20000000));
  const next = i32x4.shl(quarter, 1);
  const sign = v128.and(v128.xor(quarter, next), i32x4.splat(0x80000000));
  return v128.xor(v128.bitselect(sine, cosine, i32x4.shr_s(next, 31)), sign);
}

/**
 * -2 ln u for u = (word + 1/2) / 2^32, relative error 4e-7. Above 1/2 it is computed from 1 - u, whose bits u would lose.
 * With u = 2^e m both are e ln 2 + 2 atanh(z): z = (m - 1) / (m + 1), or (u - 1) / (u + 1) with e = 0; |z| <= 1/3.
 */
export function minusTwiceLog(word: v128): v128 {
  const upper = i32x4.shr_s(word, 31);
  // The smaller of u and 1 - u, times 2^32: the complement of the word counts down from 1.
  const count = f32x4.add(f32x4.convert_i32x4_s(v128.xor(word, upper)), f32x4.splat(0.5));
  const least = f32x4.mul(count, f32x4.splat(2.3283064e-10));
  // Subtracting the bits of sqrt(1/2) splits least = 2^e m with m in [sqrt(1/2), sqrt(2)).
  const exponent = i32x4.shr_s(i32x4.sub(least, i32x4.splat(0x3f3504f3)), 23);
  const m = i32x4.sub(least, i32x4.shl(exponent, 23));
  const one = f32x4.splat(1.0);
  const numerator = v128.bitselect(f32x4.neg(least), f32x4.sub(m, one), upper);
  const denominator = v128.bitselect(f32x4.sub(f32x4.splat(2.0), least), f32x4.add(m, one), upper);
  const e = v128.andnot(f32x4.convert_i32x4_s(exponent), upper);
  const z = f32x4.div(numerator, denominator);
  const t = f32x4.mul(z, z);
  let p = f32x4.add(f32x4.mul(f32x4.splat(0.14006077), t), f32x4.splat(0.14000887));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.20010765));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.3333321));
  const twice = f32x4.add(z, z);
  const tail = f32x4.add(f32x4.mul(f32x4.mul(p, t), twice), twice);
  // ln 2 in two parts, of which the first times e is exact.
  const small = f32x4.add(f32x4.mul(e, f32x4.splat(-2.1219444e-4)), tail);
  return f32x4.mul(f32x4.add(f32x4.mul(e, f32x4.splat(0.693359375)), small), f32x4.splat(-2.0));
}
