import { matches } from './reduction-rows';

// Maxima along an axis that is not the last; items, blocks and panels as in reduction-columns.ts.

const PANEL: i32 = 1024;

/**
 * Maxima of items [begin, end), NaN where one is NaN; blocks are not empty.
 * x: [matrices, rows, columns]; y: [matrices, blocks, columns].
 */
export function maxColumns(
  begin: i32,
  end: i32,
  rows: i32,
  columns: i32,
  blocks: i32,
  block: i32,
  x: usize,
  y: usize,
): void {
  const panels = (columns + PANEL - 1) / PANEL;
  const stride = (<usize>columns) << 2;
  for (let item = begin; item < end; item++) {
    const left = (item % panels) * PANEL;
    const width = min(columns - left, PANEL);
    const strip = item / panels;
    const first = (strip % blocks) * block;
    let from = x + (((<usize>(strip / blocks) * rows + first) * columns + left) << 2);
    const to = y + ((<usize>strip * columns + left) << 2);
    memory.copy(to, from, (<usize>width) << 2);
    for (let row = min(rows - first, block) - 1; row > 0; row--) {
      from += stride;
      raise(width, from, to);
    }
  }
}

/** to = max(to, x), NaN where either is. pmax keeps a first operand that is NaN, and all bits set are a NaN. x, to: [width]. */
function raise(width: i32, x: usize, to: usize): void {
  let i: usize = 0;
  const last = (<usize>width) << 2;
  for (; i + 16 <= last; i += 16) {
    const value = v128.load(x + i);
    v128.store(to + i, v128.or(f32x4.pmax(v128.load(to + i), value), f32x4.ne(value, value)));
  }
  for (; i < last; i += 4) store<f32>(to + i, max(load<f32>(to + i), load<f32>(x + i)));
}

/**
 * First row of the maximum in each column, the first NaN if it is NaN. Items [begin, end): item i is panel i % panels of matrix
 * i / panels. x: [matrices, rows, columns]; top: [matrices, columns]; y: [matrices, columns] int32.
 */
export function argmaxColumns(begin: i32, end: i32, rows: i32, columns: i32, x: usize, top: usize, y: usize): void {
  const panels = (columns + PANEL - 1) / PANEL;
  for (let item = begin; item < end; item++) {
    const left = (item % panels) * PANEL;
    const width = (<usize>min(columns - left, PANEL)) << 2;
    const at = (<usize>(item / panels) * columns + left) << 2;
    // From the last row to the first: the first match is written last.
    for (let row = rows - 1; row >= 0; row--) {
      const from = x + (((<usize>(item / panels) * rows + row) * columns + left) << 2);
      const index = i32x4.splat(row);
      let i: usize = 0;
      for (; i + 16 <= width; i += 16) {
        const found = matches(v128.load(from + i), v128.load(top + at + i));
        v128.store(y + at + i, v128.bitselect(index, v128.load(y + at + i), found));
      }
      for (; i < width; i += 4) {
        const found = matches(v128.load32_splat(from + i), v128.load32_splat(top + at + i));
        if (v128.any_true(found)) store<i32>(y + at + i, row);
      }
    }
  }
}
