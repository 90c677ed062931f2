import { fma } from './lane';
import { loadLanes, storeLanes } from './tail';

/** The sigmoid's slope where its value is s: s (1 - s). */
function logistic(s: v128): v128 {
  return f32x4.mul(s, f32x4.sub(f32x4.splat(1), s));
}

/** The gradient at the candidate's sum: dy (1 - z) (1 - n^2). */
function candidateSlope(dy: v128, z: v128, n: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.mul(f32x4.mul(dy, f32x4.sub(one, z)), fma(f32x4.neg(n), n, one));
}

/** The gradient at the update gate's sum: dy (h - n) z (1 - z). */
function updateSlope(dy: v128, z: v128, n: v128, h: v128): v128 {
  return f32x4.mul(f32x4.mul(dy, f32x4.sub(h, n)), logistic(z));
}

/**
 * Rows [begin, end) of a GRU step's gradients at its sums and, of h, the part that does not pass through them. dy, h, dh:
 * [rows, n]; gates: [rows, 4n]; inputSlopes, hiddenSlopes: [rows, 3n].
 */
export function gruSlopes(
  begin: i32,
  end: i32,
  n: i32,
  dy: usize,
  h: usize,
  gates: usize,
  inputSlopes: usize,
  hiddenSlopes: usize,
  dh: usize,
): void {
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = (<usize>j) << 2;
      const from = gates + 4 * start + at;
      const r = loadLanes(from, count);
      const z = loadLanes(from + bytes, count);
      const candidate = loadLanes(from + 2 * bytes, count);
      const above = loadLanes(dy + start + at, count);
      const slopeN = candidateSlope(above, z, candidate);
      const slopeR = f32x4.mul(f32x4.mul(slopeN, loadLanes(from + 3 * bytes, count)), logistic(r));
      const slopeZ = updateSlope(above, z, candidate, loadLanes(h + start + at, count));
      const input = inputSlopes + 3 * start + at;
      storeLanes(input, slopeR, count);
      storeLanes(input + bytes, slopeZ, count);
      storeLanes(input + 2 * bytes, slopeN, count);
      const hidden = hiddenSlopes + 3 * start + at;
      storeLanes(hidden, slopeR, count);
      storeLanes(hidden + bytes, slopeZ, count);
      storeLanes(hidden + 2 * bytes, f32x4.mul(slopeN, r), count);
      storeLanes(dh + start + at, f32x4.mul(above, z), count);
    }
  }
}

/** Rows [begin, end) of the gradient at the candidate's sum. dy, slopes: [rows, n]; gates: [rows, 3n]. */
export function gruCandidateSlopes(begin: i32, end: i32, n: i32, dy: usize, gates: usize, slopes: usize): void {
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = (<usize>j) << 2;
      const z = loadLanes(gates + 3 * start + bytes + at, count);
      const candidate = loadLanes(gates + 3 * start + 2 * bytes + at, count);
      storeLanes(slopes + start + at, candidateSlope(loadLanes(dy + start + at, count), z, candidate), count);
    }
  }
}

/**
 * The rest of the gradients for the reset gate before the product, rows [begin, end). dy, h, candidateSlopes, dReset (the
 * gradient at r h), reset (r h), dh: [rows, n]; gates, slopes: [rows, 3n]; gateSlopes (r and z alone): [rows, 2n].
 */
export function gruResetSlopes(
  begin: i32,
  end: i32,
  n: i32,
  dy: usize,
  h: usize,
  gates: usize,
  candidateSlopes: usize,
  dReset: usize,
  slopes: usize,
  gateSlopes: usize,
  reset: usize,
  dh: usize,
): void {
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = (<usize>j) << 2;
      const from = gates + 3 * start + at;
      const r = loadLanes(from, count);
      const z = loadLanes(from + bytes, count);
      const state = loadLanes(h + start + at, count);
      const above = loadLanes(dy + start + at, count);
      const product = loadLanes(dReset + start + at, count);
      const slopeR = f32x4.mul(f32x4.mul(product, state), logistic(r));
      const slopeZ = updateSlope(above, z, loadLanes(from + 2 * bytes, count), state);
      const to = slopes + 3 * start + at;
      storeLanes(to, slopeR, count);
      storeLanes(to + bytes, slopeZ, count);
      storeLanes(to + 2 * bytes, loadLanes(candidateSlopes + start + at, count), count);
      storeLanes(gateSlopes + 2 * start + at, slopeR, count);
      storeLanes(gateSlopes + 2 * start + bytes + at, slopeZ, count);
      storeLanes(reset + start + at, f32x4.mul(r, state), count);
      storeLanes(dh + start + at, fma(product, r, f32x4.mul(above, z)), count);
    }
  }
}
