// Arithmetic on four float32 lanes: at most 2 ulp over the whole range, right at zeros, infinities, NaN and subnormals, in
// either build. Polynomial coefficients are minimax fits of the relative error (linear programming), rounded one by one.
// In a hot loop call them as inline.always(f(x)) and let the loop be do-while: V8 keeps the constants out of a loop only where its
// body runs at least once.

export { erf, gaussian, normalTail } from './lane-error';
export { exp, exp2, expInside, expm1 } from './lane-exp';
export { fma, fma64 } from './lane-fma';
export { log, log1p, log1pUnit } from './lane-log';
export { sigmoid, softplus, tanh } from './lane-sigmoid';

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
