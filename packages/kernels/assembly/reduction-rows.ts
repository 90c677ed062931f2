// Reductions of contiguous rows, cut into blocks so that threads can share a long one. Item i is block i % blocks of row
// i / blocks; a block has `block` elements, the last of a row what is left.

/** Sums in float64 of blocks [begin, end). x: [rows, columns]; partial: [rows, blocks] float64. */
export function sumBlocks(begin: i32, end: i32, columns: i32, blocks: i32, block: i32, x: usize, partial: usize): void {
  for (let item = begin; item < end; item++) {
    const first = (item % blocks) * block;
    const count = min(columns - first, block);
    const from = x + ((<usize>(item / blocks) * columns + first) << 2);
    let total: f64 = 0;
    for (let i = 0; i < count; i += 256) total += sumRun(min(count - i, 256), from + ((<usize>i) << 2));
    store<f64>(partial + ((<usize>item) << 3), total);
  }
}

/** The sum of up to 256 elements: float32 in 16 chains, of 18 additions at most, two levels of pairs, then float64. x: [count]. */
function sumRun(count: i32, x: usize): f64 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  const last = x + ((<usize>count) << 2);
  let at = x;
  for (; at + 64 <= last; at += 64) {
    a = f32x4.add(a, v128.load(at));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    d = f32x4.add(d, v128.load(at, 48));
  }
  for (; at + 16 <= last; at += 16) a = f32x4.add(a, v128.load(at));
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  const upper = f64x2.promote_low_f32x4(v128.shuffle<f32>(sum, sum, 2, 3, 0, 1));
  const pair = f64x2.add(f64x2.promote_low_f32x4(sum), upper);
  let total = f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
  for (; at < last; at += 4) total += <f64>load<f32>(at);
  return total;
}

/**
 * Columns [begin, end) of all matrices in a row: y = sum over blocks of partial / divisor.
 * partial: [rows, blocks, inner] float64; y: [rows, inner] float32, of which element i is (i / inner, i % inner).
 */
export function sumPartials(
  begin: i32,
  end: i32,
  blocks: i32,
  inner: i32,
  divisor: f64,
  partial: usize,
  y: usize,
): void {
  const stride = (<usize>inner) << 3;
  let column = begin % inner;
  let at = partial + ((<usize>(begin / inner) * blocks * inner + column) << 3);
  for (let i = begin; i < end; i++) {
    let total: f64 = 0;
    for (let block: usize = 0; block < <usize>blocks; block++) total += load<f64>(at + block * stride);
    store<f32>(y + ((<usize>i) << 2), <f32>(total / divisor));
    at += 8;
    if (++column === inner) {
      column = 0;
      at += (<usize>blocks - 1) * stride;
    }
  }
}

/** Maxima of blocks [begin, end), NaN if one is NaN. Blocks are not empty. x: [rows, columns]; y: [rows, blocks]. */
export function maxBlocks(begin: i32, end: i32, columns: i32, blocks: i32, block: i32, x: usize, y: usize): void {
  for (let item = begin; item < end; item++) {
    const first = (item % blocks) * block;
    const from = x + ((<usize>(item / blocks) * columns + first) << 2);
    store<f32>(y + ((<usize>item) << 2), largest(min(columns - first, block), from));
  }
}

/** The largest of x: [count], count > 0; NaN if one is NaN. pmax keeps a first operand that is NaN, and all bits set are a NaN. */
function largest(count: i32, x: usize): f32 {
  let a = v128.load32_splat(x);
  let b = a;
  const last = x + ((<usize>count) << 2);
  let at = x;
  for (; at + 32 <= last; at += 32) {
    const left = v128.load(at);
    const right = v128.load(at, 16);
    a = v128.or(f32x4.pmax(a, left), f32x4.ne(left, left));
    b = v128.or(f32x4.pmax(b, right), f32x4.ne(right, right));
  }
  a = f32x4.max(a, b);
  for (; at < last; at += 4) a = f32x4.max(a, v128.load32_splat(at));
  a = f32x4.max(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1));
}

/**
 * First index of the maximum in rows [begin, end), the first NaN if it is NaN.
 * x: [rows, columns]; top: [rows], the maxima; y: [rows] int32.
 */
export function argmaxRows(begin: i32, end: i32, columns: i32, x: usize, top: usize, y: usize): void {
  for (let row = begin; row < end; row++) {
    const from = x + ((<usize>row * columns) << 2);
    const wanted = v128.load32_splat(top + ((<usize>row) << 2));
    let i = 0;
    for (; i + 4 <= columns; i += 4) if (v128.any_true(matches(v128.load(from + ((<usize>i) << 2)), wanted))) break;
    while (!v128.any_true(matches(v128.load32_splat(from + ((<usize>i) << 2)), wanted))) i++;
    store<i32>(y + ((<usize>row) << 2), i);
  }
}

/** Where x is the maximum. NaN only occurs where the maximum is NaN. */
export function matches(x: v128, maximum: v128): v128 {
  return v128.or(f32x4.eq(x, maximum), f32x4.ne(x, x));
}
