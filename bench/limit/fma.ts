// The arithmetic limit: multiply-adds on registers alone, 12 independent chains so that latency does not count.

/** Floating-point operations of one turn: 12 chains, 4 lanes, a multiplication and an addition. */
export const operationsPerTurn: i32 = 12 * 4 * 2;

function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Runs c = c / 2 + 1 on every chain. Its fixed point is 2, reached exactly within 40 turns; the sum is then 24. */
export function fma(turns: i32): f32 {
  const half = f32x4.splat(0.5);
  const one = f32x4.splat(1);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(1);
  let c2 = f32x4.splat(2);
  let c3 = f32x4.splat(3);
  let c4 = f32x4.splat(4);
  let c5 = f32x4.splat(5);
  let c6 = f32x4.splat(6);
  let c7 = f32x4.splat(7);
  let c8 = f32x4.splat(8);
  let c9 = f32x4.splat(9);
  let c10 = f32x4.splat(10);
  let c11 = f32x4.splat(11);
  for (let i = 0; i < turns; i++) {
    c0 = multiplyAdd(c0, half, one);
    c1 = multiplyAdd(c1, half, one);
    c2 = multiplyAdd(c2, half, one);
    c3 = multiplyAdd(c3, half, one);
    c4 = multiplyAdd(c4, half, one);
    c5 = multiplyAdd(c5, half, one);
    c6 = multiplyAdd(c6, half, one);
    c7 = multiplyAdd(c7, half, one);
    c8 = multiplyAdd(c8, half, one);
    c9 = multiplyAdd(c9, half, one);
    c10 = multiplyAdd(c10, half, one);
    c11 = multiplyAdd(c11, half, one);
  }
  const sum01 = f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3));
  const sum2 = f32x4.add(f32x4.add(c4, c5), f32x4.add(c6, c7));
  const sum3 = f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11));
  return f32x4.extract_lane(f32x4.add(f32x4.add(sum01, sum2), sum3), 0);
}
