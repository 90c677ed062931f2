import { fma64 } from './lane';

// Gradient steps of the Dirac-GAN's players over a block of trajectories, given the slopes of the loss. Every array holds
// `bytes` bytes, a multiple of 16.

/** theta -= step * (psi slope). theta, psi, slope: [bytes / 8]. */
export function moveTheta(bytes: usize, step: f64, psi: usize, slope: usize, theta: usize): void {
  const h = f64x2.splat(-step);
  for (let i: usize = 0; i < bytes; i += 16) {
    const direction = f64x2.mul(v128.load(psi + i), v128.load(slope + i));
    v128.store(theta + i, fma64(h, direction, v128.load(theta + i)));
  }
}

/** to = psi + step * (theta slope), clipped to [-clip, clip]. theta, slope, psi, to: [bytes / 8]. */
export function movePsi(bytes: usize, step: f64, clip: f64, theta: usize, slope: usize, psi: usize, to: usize): void {
  const h = f64x2.splat(step);
  const low = f64x2.splat(-clip);
  const high = f64x2.splat(clip);
  for (let i: usize = 0; i < bytes; i += 16) {
    const direction = f64x2.mul(v128.load(theta + i), v128.load(slope + i));
    const moved = fma64(h, direction, v128.load(psi + i));
    // pmax and pmin return their first operand when it is NaN.
    v128.store(to + i, f64x2.pmin(f64x2.pmax(moved, low), high));
  }
}

/**
 * The same with theta slope + force - damping psi + push sign(psi) as the direction: the forces of instance noise, and of
 * penalties whose derivative is damping psi - push sign(psi). theta, slope, force, psi, to: [bytes / 8].
 */
export function movePenalisedPsi(
  bytes: usize,
  step: f64,
  clip: f64,
  damping: f64,
  push: f64,
  theta: usize,
  slope: usize,
  force: usize,
  psi: usize,
  to: usize,
): void {
  const h = f64x2.splat(step);
  const g = f64x2.splat(-damping);
  const up = f64x2.splat(push);
  const signBit = f64x2.splat(-0.0);
  const low = f64x2.splat(-clip);
  const high = f64x2.splat(clip);
  for (let i: usize = 0; i < bytes; i += 16) {
    const old = v128.load(psi + i);
    let direction = fma64(v128.load(theta + i), v128.load(slope + i), v128.load(force + i));
    direction = fma64(g, old, direction);
    const signed = v128.or(up, v128.and(old, signBit));
    const pushed = v128.and(signed, f64x2.ne(old, f64x2.splat(0.0)));
    const moved = fma64(h, f64x2.add(direction, pushed), old);
    v128.store(to + i, f64x2.pmin(f64x2.pmax(moved, low), high));
  }
}

/** bias += step * (fake - real), the slopes on generated and on real data. fake, real, bias: [bytes / 8]. */
export function moveBias(bytes: usize, step: f64, fake: usize, real: usize, bias: usize): void {
  const h = f64x2.splat(step);
  for (let i: usize = 0; i < bytes; i += 16) {
    const direction = f64x2.sub(v128.load(fake + i), v128.load(real + i));
    v128.store(bias + i, fma64(h, direction, v128.load(bias + i)));
  }
}

/**
 * to = own + step * (rotation + weight slope^2 ((1 - slope) other r^2 - own)), r^2 = own^2 + other^2, rotation = sign * other slope:
 * one player's part of V - weight grad |V|^2 / 2 for V = slope (-psi, theta), where d slope / dD = -slope (1 - slope).
 * own, other, slope, to: [bytes / 8].
 */
export function moveByConsensus(
  bytes: usize,
  step: f64,
  sign: f64,
  weight: f64,
  own: usize,
  other: usize,
  slope: usize,
  to: usize,
): void {
  const h = f64x2.splat(step);
  const turn = f64x2.splat(sign);
  const gamma = f64x2.splat(weight);
  const one = f64x2.splat(1.0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const s = v128.load(slope + i);
    const x = v128.load(own + i);
    const y = v128.load(other + i);
    const square = fma64(x, x, f64x2.mul(y, y));
    const bend = f64x2.sub(f64x2.mul(f64x2.mul(f64x2.sub(one, s), y), square), x);
    const pull = f64x2.mul(f64x2.mul(gamma, f64x2.mul(s, s)), bend);
    const direction = fma64(turn, f64x2.mul(y, s), pull);
    v128.store(to + i, fma64(h, direction, x));
  }
}
