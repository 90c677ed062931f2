import { fma64 } from './lane';

/** Trajectories whose states go through time together when they are recorded: 256 times four float64 are 8 KiB, in L1. */
const BLOCK = 256;

/**
 * Trajectories [begin, end) of x' = A x + c in four coordinates; rows and interval as in affineTrajectories2.
 * matrix: [4, 4]; offset: [4]; start: [4, count]; x: [rows, 4, count].
 */
export function affineTrajectories4(
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
      to += row << 2;
    }
  }
}

/** offset[i] + sum_j matrix[i, j] x_j for row i of the matrix. matrix: its row, [4]; offset: its element. */
function coordinate(matrix: usize, offset: usize, x0: v128, x1: v128, x2: v128, x3: v128): v128 {
  let sum = fma64(v128.load64_splat(matrix), x0, v128.load64_splat(offset));
  sum = fma64(v128.load64_splat(matrix, 8), x1, sum);
  sum = fma64(v128.load64_splat(matrix, 16), x2, sum);
  return fma64(v128.load64_splat(matrix, 24), x3, sum);
}

/** `steps` steps of trajectories [begin, end), two vectors at a time. `row`: bytes of a coordinate; from, to: [4, count]. */
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
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const at = (<usize>i) << 3;
    let x0 = v128.load(from + at);
    let x1 = v128.load(from + row + at);
    let x2 = v128.load(from + row * 2 + at);
    let x3 = v128.load(from + row * 3 + at);
    let y0 = v128.load(from + at, 16);
    let y1 = v128.load(from + row + at, 16);
    let y2 = v128.load(from + row * 2 + at, 16);
    let y3 = v128.load(from + row * 3 + at, 16);
    for (let t = 0; t < steps; t++) {
      const p0 = coordinate(matrix, offset, x0, x1, x2, x3);
      const q0 = coordinate(matrix, offset, y0, y1, y2, y3);
      const p1 = coordinate(matrix + 32, offset + 8, x0, x1, x2, x3);
      const q1 = coordinate(matrix + 32, offset + 8, y0, y1, y2, y3);
      const p2 = coordinate(matrix + 64, offset + 16, x0, x1, x2, x3);
      const q2 = coordinate(matrix + 64, offset + 16, y0, y1, y2, y3);
      x3 = coordinate(matrix + 96, offset + 24, x0, x1, x2, x3);
      y3 = coordinate(matrix + 96, offset + 24, y0, y1, y2, y3);
      x0 = p0;
      x1 = p1;
      x2 = p2;
      y0 = q0;
      y1 = q1;
      y2 = q2;
    }
    v128.store(to + at, x0);
    v128.store(to + row + at, x1);
    v128.store(to + row * 2 + at, x2);
    v128.store(to + row * 3 + at, x3);
    v128.store(to + at, y0, 16);
    v128.store(to + row + at, y1, 16);
    v128.store(to + row * 2 + at, y2, 16);
    v128.store(to + row * 3 + at, y3, 16);
  }
  // The rest go one by one through the same lanes, so that a result does not depend on its place.
  for (; i < end; i++) {
    const at = (<usize>i) << 3;
    let x0 = v128.load64_splat(from + at);
    let x1 = v128.load64_splat(from + row + at);
    let x2 = v128.load64_splat(from + row * 2 + at);
    let x3 = v128.load64_splat(from + row * 3 + at);
    for (let t = 0; t < steps; t++) {
      const p0 = coordinate(matrix, offset, x0, x1, x2, x3);
      const p1 = coordinate(matrix + 32, offset + 8, x0, x1, x2, x3);
      const p2 = coordinate(matrix + 64, offset + 16, x0, x1, x2, x3);
      x3 = coordinate(matrix + 96, offset + 24, x0, x1, x2, x3);
      x0 = p0;
      x1 = p1;
      x2 = p2;
    }
    v128.store_lane<f64>(to + at, x0, 0);
    v128.store_lane<f64>(to + row + at, x1, 0);
    v128.store_lane<f64>(to + row * 2 + at, x2, 0);
    v128.store_lane<f64>(to + row * 3 + at, x3, 0);
  }
}
