import { fma64 } from './lane';

// States of any size: 64 trajectories at a time, packed in scratch memory as 8 panels [d, 8], one cache line per coordinate.

const BLOCK = 64;

/** Bytes of scratch memory of affineTrajectories: 8 panels and the next state of one. */
export function affineTrajectoriesWorkspace(dimension: i32): usize {
  return ((<usize>dimension) << 6) * 9;
}

/**
 * Trajectories [begin, end) of x' = A x + c in d coordinates; rows and interval as in affineTrajectories2.
 * matrix: [d, d]; offset: [d]; start: [d, count]; x: [rows, d, count]; scratch: affineTrajectoriesWorkspace(d) bytes.
 */
export function affineTrajectories(
  begin: i32,
  end: i32,
  dimension: i32,
  count: i32,
  rows: i32,
  interval: i32,
  matrix: usize,
  offset: usize,
  start: usize,
  x: usize,
  scratch: usize,
): void {
  const panel = (<usize>dimension) << 6;
  const next = scratch + panel * 8;
  const row = ((<usize>count) << 3) * <usize>dimension;
  for (let first = begin; first < end; first += BLOCK) {
    const width = min(BLOCK, end - first);
    // The last panel is padded with zeros; what becomes of them is not read.
    memory.fill(scratch, 0, panel * 8);
    copy(dimension, width, count, start + ((<usize>first) << 3), scratch, false);
    let to = x + ((<usize>first) << 3);
    for (let r = 0; r < rows; r++) {
      const steps = r || rows === 1 ? interval : 0;
      for (let i = 0; i < width; i += 8) {
        const state = scratch + (<usize>i >> 3) * panel;
        for (let t = 0; t < steps; t++) {
          multiply(dimension, matrix, offset, state, next);
          memory.copy(state, next, panel);
        }
      }
      copy(dimension, width, count, to, scratch, true);
      to += row;
    }
  }
}

/** Unpacks panels to the rows of a state or packs them from there. rows: [d, count] from the block's first; panels: [8, d, 8]. */
function copy(dimension: i32, width: i32, count: i32, rows: usize, panels: usize, unpack: bool): void {
  for (let j = 0; j < dimension; j++) {
    const line = rows + ((<usize>j * count) << 3);
    for (let i = 0; i < width; i++) {
      const at = line + ((<usize>i) << 3);
      const packed = panels + (((<usize>(i >> 3) * dimension + j) << 6) | ((<usize>(i & 7)) << 3));
      if (unpack) store<f64>(at, load<f64>(packed));
      else store<f64>(packed, load<f64>(at));
    }
  }
}

/** y = A x + c for one panel. matrix: [d, d]; offset: [d]; x, y: [d, 8]. */
function multiply(dimension: i32, matrix: usize, offset: usize, x: usize, y: usize): void {
  const line = (<usize>dimension) << 3;
  for (let i = 0; i < dimension; i += 2) {
    // The last row of an odd number is computed twice.
    const other: usize = i + 1 < dimension ? 1 : 0;
    const above = matrix + <usize>i * line;
    const below = above + other * line;
    let a0 = v128.load64_splat(offset + ((<usize>i) << 3));
    let b0 = v128.load64_splat(offset + ((<usize>i + other) << 3));
    let a1 = a0;
    let a2 = a0;
    let a3 = a0;
    let b1 = b0;
    let b2 = b0;
    let b3 = b0;
    for (let j: usize = 0; j < line; j += 8) {
      const a = v128.load64_splat(above + j);
      const b = v128.load64_splat(below + j);
      const from = x + (j << 3);
      const x0 = v128.load(from);
      const x1 = v128.load(from, 16);
      a0 = fma64(a, x0, a0);
      b0 = fma64(b, x0, b0);
      a1 = fma64(a, x1, a1);
      b1 = fma64(b, x1, b1);
      const x2 = v128.load(from, 32);
      const x3 = v128.load(from, 48);
      a2 = fma64(a, x2, a2);
      b2 = fma64(b, x2, b2);
      a3 = fma64(a, x3, a3);
      b3 = fma64(b, x3, b3);
    }
    const to = y + ((<usize>i) << 6);
    v128.store(to, a0);
    v128.store(to, a1, 16);
    v128.store(to, a2, 32);
    v128.store(to, a3, 48);
    const under = to + (other << 6);
    v128.store(under, b0);
    v128.store(under, b1, 16);
    v128.store(under, b2, 32);
    v128.store(under, b3, 48);
  }
}
