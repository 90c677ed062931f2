import { fma64 } from './lane';
import { sigmoids } from './lane64';

// Slopes of a loss in the critic's output D = x psi + bias, over a block of trajectories in L1. Every array holds `bytes`
// bytes, a multiple of 64.

/** to = sigmoid(sign * (x psi + bias)), sign 1 or -1. x, psi, bias, to: [bytes / 8]. */
export function logisticSlopes(bytes: usize, sign: f64, x: usize, psi: usize, bias: usize, to: usize): void {
  linearSlopes(bytes, sign, 0, x, psi, bias, to);
  sigmoids(bytes, to, to);
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
  // Weights 0.25 / sqrt(2 pi) e^(-k^2 / 32) at z = k / 4: from one k to the next by factors e^(-(2 k + 1) / 32).
  let weight = 0.09973557010035818;
  let factor = 0.9692332344763441;
  for (let k = 0; k <= NODES >> 1; k++) {
    const displacement = deviation * 0.25 * <f64>k;
    fillPoint(table + <usize>((NODES >> 1) + k) * 24, displacement, weight);
    fillPoint(table + <usize>((NODES >> 1) - k) * 24, -displacement, weight);
    weight *= factor;
    factor *= 0.9394130628134758;
  }
}

/** point: three float64 of the table. */
function fillPoint(point: usize, displacement: f64, weight: f64): void {
  store<f64>(point, displacement);
  store<f64>(point, weight, 8);
  store<f64>(point, weight * displacement, 16);
}

/**
 * Expectations over noise e of table: to = E s and moment = E e s for s = sigmoid(sign * ((x + e) psi + bias)). `work` is another
 * line. x, psi, bias, to, moment, work: [bytes / 8].
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
  work: usize,
): void {
  const s = f64x2.splat(sign);
  memory.fill(to, 0, bytes);
  memory.fill(moment, 0, bytes);
  const last = table + NOISE_BYTES;
  for (let at = table; at < last; at += 24) {
    const displacement = v128.load64_splat(at);
    for (let i: usize = 0; i < bytes; i += 16) {
      const moved = f64x2.add(v128.load(x + i), displacement);
      v128.store(work + i, f64x2.mul(s, fma64(moved, v128.load(psi + i), v128.load(bias + i))));
    }
    sigmoids(bytes, work, work);
    const weight = v128.load64_splat(at, 8);
    const product = v128.load64_splat(at, 16);
    for (let i: usize = 0; i < bytes; i += 16) {
      const value = v128.load(work + i);
      v128.store(to + i, fma64(weight, value, v128.load(to + i)));
      v128.store(moment + i, fma64(product, value, v128.load(moment + i)));
    }
  }
}
