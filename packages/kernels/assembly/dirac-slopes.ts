import { fma64 } from './lane';
import { exp64, sigmoid64 } from './lane64';

// Slopes of a loss in the critic's output D = x psi + bias, over a block of trajectories in L1. Every array holds `bytes`
// bytes, a multiple of 32: two vectors at a time, whose chains the processor overlaps with those of the next.

/** to = sigmoid(sign * (x psi + bias)), sign 1 or -1. x, psi, bias, to: [bytes / 8]. */
export function logisticSlopes(bytes: usize, sign: f64, x: usize, psi: usize, bias: usize, to: usize): void {
  const s = f64x2.splat(sign);
  for (let i: usize = 0; i < bytes; i += 32) {
    const d0 = fma64(v128.load(x + i), v128.load(psi + i), v128.load(bias + i));
    const d1 = fma64(v128.load(x + i, 16), v128.load(psi + i, 16), v128.load(bias + i, 16));
    v128.store(to + i, sigmoid64(f64x2.mul(s, d0)));
    v128.store(to + i, sigmoid64(f64x2.mul(s, d1)), 16);
  }
}

/** to = sign * (x psi + bias) + shift. x, psi, bias, to: [bytes / 8]. */
export function linearSlopes(bytes: usize, sign: f64, shift: f64, x: usize, psi: usize, bias: usize, to: usize): void {
  const s = f64x2.splat(sign);
  const c = f64x2.splat(shift);
  for (let i: usize = 0; i < bytes; i += 16) {
    const d = fma64(v128.load(x + i), v128.load(psi + i), v128.load(bias + i));
    v128.store(to + i, fma64(s, d, c));
  }
}

/** to = -1 where sign * (x psi + bias) > -1, else 0. x, psi, bias, to: [bytes / 8]. */
export function hingeSlopes(bytes: usize, sign: f64, x: usize, psi: usize, bias: usize, to: usize): void {
  const s = f64x2.splat(sign);
  const minusOne = f64x2.splat(-1.0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const d = f64x2.mul(s, fma64(v128.load(x + i), v128.load(psi + i), v128.load(bias + i)));
    v128.store(to + i, v128.and(f64x2.gt(d, minusOne), minusOne));
  }
}

/** Points of the rule for a normal expectation: z = -8.5, -8.25 .. 8.5. */
const NODES = 69;

/** Bytes of the table that fillNoise makes: for each point its displacement, weight, and their product. */
export const NOISE_BYTES: usize = NODES * 24;

/** Trapezoidal rule for N(0, deviation^2). table: NOISE_BYTES bytes. */
export function fillNoise(deviation: f64, table: usize): void {
  for (let k = 0; k < NODES; k++) {
    const z = -8.5 + 0.25 * <f64>k;
    // 0.25 / sqrt(2 pi)
    const weight = 0.09973557010035818 * f64x2.extract_lane(exp64(f64x2.splat(-0.5 * z * z)), 0);
    const at = table + <usize>k * 24;
    store<f64>(at, deviation * z);
    store<f64>(at, weight, 8);
    store<f64>(at, weight * (deviation * z), 16);
  }
}

/**
 * Expectations over noise e of table: to = E s and moment = E e s for s = sigmoid(sign * ((x + e) psi + bias)).
 * x, psi, bias, to, moment: [bytes / 8].
 */
export function noisySlopes(
  bytes: usize,
  sign: f64,
  table: usize,
  x: usize,
  psi: usize,
  bias: usize,
  to: usize,
  moment: usize,
): void {
  const s = f64x2.splat(sign);
  const last = table + NOISE_BYTES;
  for (let i: usize = 0; i < bytes; i += 16) {
    const centre = v128.load(x + i);
    const slope = v128.load(psi + i);
    const shift = v128.load(bias + i);
    let sum = f64x2.splat(0);
    let first = f64x2.splat(0);
    for (let at = table; at < last; at += 24) {
      const d = fma64(f64x2.add(centre, v128.load64_splat(at)), slope, shift);
      const value = sigmoid64(f64x2.mul(s, d));
      sum = fma64(v128.load64_splat(at, 8), value, sum);
      first = fma64(v128.load64_splat(at, 16), value, first);
    }
    v128.store(to + i, sum);
    v128.store(moment + i, first);
  }
}
