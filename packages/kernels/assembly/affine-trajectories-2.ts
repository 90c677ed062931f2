import { fma64 } from './lane';

/** Trajectories whose states go through time together when they are recorded: 512 pairs of float64 are 8 KiB, in L1. */
const BLOCK = 512;

/**
 * Trajectories [begin, end) of x' = A x + c in two coordinates. Row 0 of the result is the start when `rows` > 1, and row
 * r the state after r * interval steps; with one row it is the state after `interval` steps.
 * matrix: [2, 2]; offset: [2]; start: [2, count]; x: [rows, 2, count].
 */
export function affineTrajectories2(
  begin: i32,
  end: i32,
  count: i32,
  rows: i32,
  interval: i32,
  matrix: usize,
  offset: usize,
  start: usize,
  x: usize,
): void {
  const row = (<usize>count) << 3;
  for (let first = begin; first < end; first += BLOCK) {
    const last = end - first < BLOCK ? end : first + BLOCK;
    let from = start;
    let to = x;
    for (let r = 0; r < rows; r++) {
      advance(first, last, r || rows === 1 ? interval : 0, row, matrix, offset, from, to);
      from = to;
      to += row << 1;
    }
  }
}

/** `steps` steps of trajectories [begin, end), four vectors at a time. `row`: bytes of a coordinate; from, to: [2, count]. */
function advance(
  begin: i32,
  end: i32,
  steps: i32,
  row: usize,
  matrix: usize,
  offset: usize,
  from: usize,
  to: usize,
): void {
  const xx = v128.load64_splat(matrix);
  const xy = v128.load64_splat(matrix, 8);
  const yx = v128.load64_splat(matrix, 16);
  const yy = v128.load64_splat(matrix, 24);
  const cx = v128.load64_splat(offset);
  const cy = v128.load64_splat(offset, 8);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    const at = (<usize>i) << 3;
    let x0 = v128.load(from + at);
    let x1 = v128.load(from + at, 16);
    let x2 = v128.load(from + at, 32);
    let x3 = v128.load(from + at, 48);
    let y0 = v128.load(from + row + at);
    let y1 = v128.load(from + row + at, 16);
    let y2 = v128.load(from + row + at, 32);
    let y3 = v128.load(from + row + at, 48);
    for (let t = 0; t < steps; t++) {
      const z0 = fma64(xy, y0, fma64(xx, x0, cx));
      y0 = fma64(yy, y0, fma64(yx, x0, cy));
      x0 = z0;
      const z1 = fma64(xy, y1, fma64(xx, x1, cx));
      y1 = fma64(yy, y1, fma64(yx, x1, cy));
      x1 = z1;
      const z2 = fma64(xy, y2, fma64(xx, x2, cx));
      y2 = fma64(yy, y2, fma64(yx, x2, cy));
      x2 = z2;
      const z3 = fma64(xy, y3, fma64(xx, x3, cx));
      y3 = fma64(yy, y3, fma64(yx, x3, cy));
      x3 = z3;
    }
    v128.store(to + at, x0);
    v128.store(to + at, x1, 16);
    v128.store(to + at, x2, 32);
    v128.store(to + at, x3, 48);
    v128.store(to + row + at, y0);
    v128.store(to + row + at, y1, 16);
    v128.store(to + row + at, y2, 32);
    v128.store(to + row + at, y3, 48);
  }
  // The rest go one by one through the same lanes, so that a result does not depend on its place.
  for (; i < end; i++) {
    const at = (<usize>i) << 3;
    let x0 = v128.load64_splat(from + at);
    let y0 = v128.load64_splat(from + row + at);
    for (let t = 0; t < steps; t++) {
      const z0 = fma64(xy, y0, fma64(xx, x0, cx));
      y0 = fma64(yy, y0, fma64(yx, x0, cy));
      x0 = z0;
    }
    v128.store_lane<f64>(to + at, x0, 0);
    v128.store_lane<f64>(to + row + at, y0, 0);
  }
}
