// Reductions along an axis that is not the last, vectorised along the contiguous ones behind it: x is [matrices, rows, columns].
// Item i is panel i % panels of block i / panels % blocks of matrix i / panels / blocks. A panel has 1024 columns, a block `block`
// rows, the last ones what is left.

const PANEL: i32 = 1024;

/** Sums in float64 of items [begin, end). x: [matrices, rows, columns]; partial: [matrices, blocks, columns] float64. */
export function sumColumns(
  begin: i32,
  end: i32,
  rows: i32,
  columns: i32,
  blocks: i32,
  block: i32,
  x: usize,
  partial: usize,
): void {
  const panels = (columns + PANEL - 1) / PANEL;
  const stride = (<usize>columns) << 2;
  for (let item = begin; item < end; item++) {
    const left = (item % panels) * PANEL;
    const width = min(columns - left, PANEL);
    const strip = item / panels;
    const first = (strip % blocks) * block;
    const count = min(rows - first, block);
    let from = x + (((<usize>(strip / blocks) * rows + first) * columns + left) << 2);
    const to = partial + ((<usize>strip * columns + left) << 3);
    memory.fill(to, 0, (<usize>width) << 3);
    let row = 0;
    for (; row + 8 <= count; row += 8, from += stride << 3) addEight(width, from, stride, to);
    for (; row < count; row++, from += stride) addOne(width, from, to);
  }
}

/**
 * to += the sum of eight rows, in float32 by three levels of pairs.
 * x: eight rows of [width], stride bytes apart; to: [width] float64.
 */
function addEight(width: i32, x: usize, stride: usize, to: usize): void {
  const half = stride << 2;
  let i: usize = 0;
  for (; i + 4 <= <usize>width; i += 4) {
    const at = x + (i << 2);
    accumulate(to + (i << 3), f32x4.add(sumOfFour(at, stride), sumOfFour(at + half, stride)));
  }
  for (; i < <usize>width; i++) {
    const at = x + (i << 2);
    const sum = scalarSumOfFour(at, stride) + scalarSumOfFour(at + half, stride);
    store<f64>(to + (i << 3), load<f64>(to + (i << 3)) + <f64>sum);
  }
}

/** x: four vectors, stride bytes apart. */
function sumOfFour(x: usize, stride: usize): v128 {
  const front = f32x4.add(v128.load(x), v128.load(x + stride));
  return f32x4.add(front, f32x4.add(v128.load(x + stride * 2), v128.load(x + stride * 3)));
}

/** x: four elements, stride bytes apart. */
function scalarSumOfFour(x: usize, stride: usize): f32 {
  return load<f32>(x) + load<f32>(x + stride) + (load<f32>(x + stride * 2) + load<f32>(x + stride * 3));
}

/** to += value, four lanes. to: [4] float64. */
function accumulate(to: usize, value: v128): void {
  const upper = v128.shuffle<f32>(value, value, 2, 3, 0, 1);
  v128.store(to, f64x2.add(v128.load(to), f64x2.promote_low_f32x4(value)));
  v128.store(to, f64x2.add(v128.load(to, 16), f64x2.promote_low_f32x4(upper)), 16);
}

/** to += x. x: [width]; to: [width] float64. */
function addOne(width: i32, x: usize, to: usize): void {
  let i: usize = 0;
  for (; i + 4 <= <usize>width; i += 4) accumulate(to + (i << 3), v128.load(x + (i << 2)));
  for (; i < <usize>width; i++) store<f64>(to + (i << 3), load<f64>(to + (i << 3)) + <f64>load<f32>(x + (i << 2)));
}
