import { fma64 } from './lane';

// Gradient descent-ascent on f(p, q) = p q in float64: two coordinates a lane pair, twelve trajectories in registers.

/**
 * Trajectories [begin, end) of an alternating update: first += stepFirst * second, then second += stepSecond * first.
 * Row 0 of the results is the start when `rows` > 1, and row r the state after r * interval steps; with one row it is
 * the state after `interval` steps. startFirst, startSecond: [count]; first, second: [rows, count].
 */
export function alternatingTrajectories(
  begin: i32,
  end: i32,
  count: i32,
  rows: i32,
  interval: i32,
  stepFirst: f64,
  stepSecond: f64,
  startFirst: usize,
  startSecond: usize,
  first: usize,
  second: usize,
): void {
  const row = (<usize>count) << 3;
  let to = 0;
  let fromA = startFirst;
  let fromB = startSecond;
  if (rows > 1) {
    alternate(begin, end, 0, stepFirst, stepSecond, fromA, fromB, first, second);
    to = 1;
  }
  for (; to < rows; to++) {
    const a = first + <usize>to * row;
    const b = second + <usize>to * row;
    alternate(begin, end, interval, stepFirst, stepSecond, fromA, fromB, a, b);
    fromA = a;
    fromB = b;
  }
}

/** `steps` alternating updates of trajectories [begin, end). fromA, fromB, toA, toB: [count]. */
function alternate(
  begin: i32,
  end: i32,
  steps: i32,
  stepFirst: f64,
  stepSecond: f64,
  fromA: usize,
  fromB: usize,
  toA: usize,
  toB: usize,
): void {
  const g = f64x2.splat(stepFirst);
  const h = f64x2.splat(stepSecond);
  let i = begin;
  for (; i + 12 <= end; i += 12) {
    const at = (<usize>i) << 3;
    let a0 = v128.load(fromA + at);
    let a1 = v128.load(fromA + at, 16);
    let a2 = v128.load(fromA + at, 32);
    let a3 = v128.load(fromA + at, 48);
    let a4 = v128.load(fromA + at, 64);
    let a5 = v128.load(fromA + at, 80);
    let b0 = v128.load(fromB + at);
    let b1 = v128.load(fromB + at, 16);
    let b2 = v128.load(fromB + at, 32);
    let b3 = v128.load(fromB + at, 48);
    let b4 = v128.load(fromB + at, 64);
    let b5 = v128.load(fromB + at, 80);
    for (let t = 0; t < steps; t++) {
      a0 = fma64(g, b0, a0);
      a1 = fma64(g, b1, a1);
      a2 = fma64(g, b2, a2);
      a3 = fma64(g, b3, a3);
      a4 = fma64(g, b4, a4);
      a5 = fma64(g, b5, a5);
      b0 = fma64(h, a0, b0);
      b1 = fma64(h, a1, b1);
      b2 = fma64(h, a2, b2);
      b3 = fma64(h, a3, b3);
      b4 = fma64(h, a4, b4);
      b5 = fma64(h, a5, b5);
    }
    v128.store(toA + at, a0);
    v128.store(toA + at, a1, 16);
    v128.store(toA + at, a2, 32);
    v128.store(toA + at, a3, 48);
    v128.store(toA + at, a4, 64);
    v128.store(toA + at, a5, 80);
    v128.store(toB + at, b0);
    v128.store(toB + at, b1, 16);
    v128.store(toB + at, b2, 32);
    v128.store(toB + at, b3, 48);
    v128.store(toB + at, b4, 64);
    v128.store(toB + at, b5, 80);
  }
  // The rest go one by one through the same lanes, so that a result does not depend on its place.
  for (; i < end; i++) {
    const at = (<usize>i) << 3;
    let a = v128.load64_splat(fromA + at);
    let b = v128.load64_splat(fromB + at);
    for (let t = 0; t < steps; t++) {
      a = fma64(g, b, a);
      b = fma64(h, a, b);
    }
    v128.store_lane<f64>(toA + at, a, 0);
    v128.store_lane<f64>(toB + at, b, 0);
  }
}

/**
 * The same for the simultaneous update: p' = p - stepP q and q' = q + stepQ p, both from the old state.
 * startP, startQ: [count]; p, q: [rows, count].
 */
export function simultaneousTrajectories(
  begin: i32,
  end: i32,
  count: i32,
  rows: i32,
  interval: i32,
  stepP: f64,
  stepQ: f64,
  startP: usize,
  startQ: usize,
  p: usize,
  q: usize,
): void {
  const g = f64x2.splat(-stepP);
  const h = f64x2.splat(stepQ);
  for (let i = begin; i < end; i++) {
    const at = (<usize>i) << 3;
    let x = v128.load64_splat(startP + at);
    let y = v128.load64_splat(startQ + at);
    for (let row = 0; row < rows; row++) {
      const steps = row || rows === 1 ? interval : 0;
      for (let t = 0; t < steps; t++) {
        const old = x;
        x = fma64(g, y, x);
        y = fma64(h, old, y);
      }
      const to = (<usize>row * count + i) << 3;
      v128.store_lane<f64>(p + to, x, 0);
      v128.store_lane<f64>(q + to, y, 0);
    }
  }
}
