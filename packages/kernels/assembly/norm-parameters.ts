import { fma } from './lane';
import { loadNext, storeLanes } from './tail';

// Gradients of scale and shift are sums over rows: blocks of rows first, in float32, then the blocks in ascending order, in
// float64. The size of a block is fixed, so the bits do not depend on how the blocks are shared out.

/** Rows of a block. */
const BLOCK: i32 = 64;

/** How many blocks `rows` rows make. */
export function normBlocks(rows: i32): i32 {
  return (rows + BLOCK - 1) / BLOCK;
}

/**
 * Blocks [blockBegin, blockEnd) of sum dy normal and sum dy, normal = (x - centre) inverse + offset.
 * dy, x: [rows, columns]; statistics: lanes (centre, inverse, offset) of [rows, 4]; partials: [blocks, 2, columns].
 */
export function normParameterPartials(
  blockBegin: i32,
  blockEnd: i32,
  rows: i32,
  columns: i32,
  dy: usize,
  x: usize,
  statistics: usize,
  partials: usize,
): void {
  const bytes = (<usize>columns) << 2;
  for (let block = blockBegin; block < blockEnd; block++) {
    const ofScale = partials + <usize>block * 2 * bytes;
    const ofShift = ofScale + bytes;
    memory.fill(ofScale, 0, 2 * bytes);
    const first = block * BLOCK;
    const end = min(first + BLOCK, rows);
    for (let row = first; row < end; row++) {
      const start = <usize>row * bytes;
      const m = v128.load(statistics + ((<usize>row) << 4));
      const c = v128.shuffle<f32>(m, m, 0, 0, 0, 0);
      const r = v128.shuffle<f32>(m, m, 1, 1, 1, 1);
      const offset = v128.shuffle<f32>(m, m, 2, 2, 2, 2);
      for (let i = 0; i < columns; i += 4) {
        const at = (<usize>i) << 2;
        const left = columns - i;
        const g = loadNext(left, dy + start + at, c);
        const normal = fma(f32x4.sub(loadNext(left, x + start + at, c), c), r, offset);
        storeLanes(ofScale + at, fma(g, normal, loadNext(left, ofScale + at, c)), left);
        storeLanes(ofShift + at, f32x4.add(g, loadNext(left, ofShift + at, c)), left);
      }
    }
  }
}

/**
 * Columns [columnBegin, columnEnd) of the sum of the blocks; columnBegin a multiple of 4.
 * partials: [blocks, 2, columns]; scale: [columns]; shift: 0 or [columns].
 */
export function normParameterGradients(
  columnBegin: i32,
  columnEnd: i32,
  columns: i32,
  blocks: i32,
  partials: usize,
  scale: usize,
  shift: usize,
): void {
  const bytes = (<usize>columns) << 2;
  for (let column = columnBegin; column < columnEnd; column += 4) {
    const at = (<usize>column) << 2;
    const left = columnEnd - column;
    storeLanes(scale + at, sumBlocks(left, blocks, partials + at, 2 * bytes), left);
    if (shift) storeLanes(shift + at, sumBlocks(left, blocks, partials + bytes + at, 2 * bytes), left);
  }
}

/** The sums of four columns over the blocks. partials: [blocks] of [left], `stride` bytes apart */
function sumBlocks(left: i32, blocks: i32, partials: usize, stride: usize): v128 {
  const zero = f32x4.splat(0);
  let low = f64x2.splat(0);
  let high = low;
  for (let block = 0; block < blocks; block++) {
    const value = loadNext(left, partials, zero);
    low = f64x2.add(low, f64x2.promote_low_f32x4(value));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 0, 1)));
    partials += stride;
  }
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}
