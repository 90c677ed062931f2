import { fma, sumLanes } from './lane';

// Products with few rows or columns, where packing would cost as much as multiplying. Both read the large matrix once, as
// it lies, so that they run at the speed of memory.

/** Depth of a block of dot products: eight rows of x and four of y of that length stay in the first cache. */
const DEPTH: i32 = 512;

/**
 * Dot products: items [begin, end) are the rows of y, matrix after matrix. out(x, y) = sum_k x[x,k] y[y,k], in eight
 * partial sums by k for one row of x, in four within blocks of 512 for more. accumulate: 1 adds to out.
 * x: matrices [P,K], strideX apart; y: matrices [Q,K], strideY apart; out: (x, y) at x * outX + y * outY, strideOut apart.
 */
export function gemmDots(
  begin: i32,
  end: i32,
  P: i32,
  Q: i32,
  K: i32,
  strideX: i32,
  strideY: i32,
  outX: i32,
  outY: i32,
  strideOut: i32,
  accumulate: i32,
  x: usize,
  y: usize,
  out: usize,
): void {
  const rowBytes = (<usize>K) << 2;
  const stepX = (<usize>outX) << 2;
  const stepY = (<usize>outY) << 2;
  for (let item = begin; item < end; ) {
    const matrix = item / Q;
    const row = item % Q;
    const count = min(end - item, Q - row);
    const fromX = x + ((<usize>matrix * strideX) << 2);
    const fromY = y + ((<usize>matrix * strideY) << 2) + <usize>row * rowBytes;
    const to = out + ((<usize>matrix * strideOut) << 2) + <usize>row * stepY;
    if (P === 1) dotsOfOne(count, K, fromX, fromY, to, stepY, accumulate);
    else dotsOfSeveral(count, P, K, fromX, fromY, to, stepX, stepY, accumulate);
    item += count;
  }
}

/** One row against all, one after the other, so that y is one stream from memory. x: [K]; y: [count,K]; out at stepY bytes. */
function dotsOfOne(count: i32, K: i32, x: usize, y: usize, out: usize, stepY: usize, accumulate: i32): void {
  const whole = (<usize>(K & ~31)) << 2;
  const rowBytes = (<usize>K) << 2;
  for (let j = 0; j < count; j++) {
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    for (let at: usize = 0; at < whole; at += 128) {
      s0 = fma(v128.load(x + at), v128.load(y + at), s0);
      s1 = fma(v128.load(x + at, 16), v128.load(y + at, 16), s1);
      s2 = fma(v128.load(x + at, 32), v128.load(y + at, 32), s2);
      s3 = fma(v128.load(x + at, 48), v128.load(y + at, 48), s3);
      s4 = fma(v128.load(x + at, 64), v128.load(y + at, 64), s4);
      s5 = fma(v128.load(x + at, 80), v128.load(y + at, 80), s5);
      s6 = fma(v128.load(x + at, 96), v128.load(y + at, 96), s6);
      s7 = fma(v128.load(x + at, 112), v128.load(y + at, 112), s7);
    }
    const left = f32x4.add(f32x4.add(s0, s4), f32x4.add(s2, s6));
    const right = f32x4.add(f32x4.add(s1, s5), f32x4.add(s3, s7));
    put(out, sumLanes(f32x4.add(left, right)) + tailDot(K & 31, x + whole, y + whole), accumulate);
    y += rowBytes;
    out += stepY;
  }
}

/** x: [P,K]; y: [count,K]; out: (i, j) at i * stepX + j * stepY bytes. */
function dotsOfSeveral(
  count: i32,
  P: i32,
  K: i32,
  x: usize,
  y: usize,
  out: usize,
  stepX: usize,
  stepY: usize,
  accumulate: i32,
): void {
  const rowBytes = (<usize>K) << 2;
  for (let j = 0; j < count; j += 4) {
    const rows = y + <usize>j * rowBytes;
    const corner = out + <usize>j * stepY;
    for (let k = 0; k < K; k += DEPTH) {
      const depth = min(K - k, DEPTH);
      const at = (<usize>k) << 2;
      const adds = accumulate | (k > 0 ? 1 : 0);
      for (let i = 0; i < P; i++) {
        const left = x + <usize>i * rowBytes + at;
        const to = corner + <usize>i * stepX;
        if (i + 2 <= P && j + 4 <= count) {
          dots2x4(depth, rowBytes, left, rows + at, to, stepX, stepY, adds);
          i++;
        } else {
          for (let row = 0; row < min(4, count - j); row++) {
            put(to + <usize>row * stepY, dot(depth, left, rows + at + <usize>row * rowBytes), adds);
          }
        }
      }
    }
  }
}

function put(at: usize, value: f32, accumulate: i32): void {
  store<f32>(at, accumulate ? load<f32>(at) + value : value);
}

/** Two rows against four, one chain a pair. x: [2] and y: [4] rows of K at `row` bytes; out: (i, j) at i * stepX + j * stepY. */
function dots2x4(
  K: i32,
  row: usize,
  x: usize,
  y: usize,
  out: usize,
  stepX: usize,
  stepY: usize,
  accumulate: i32,
): void {
  const x1 = x + row;
  const y1 = y + row;
  const y2 = y1 + row;
  const y3 = y2 + row;
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s02 = s00;
  let s03 = s00;
  let s10 = s00;
  let s11 = s00;
  let s12 = s00;
  let s13 = s00;
  const whole = (<usize>(K & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) {
    const a0 = v128.load(x + at);
    const a1 = v128.load(x1 + at);
    let b = v128.load(y + at);
    s00 = fma(a0, b, s00);
    s10 = fma(a1, b, s10);
    b = v128.load(y1 + at);
    s01 = fma(a0, b, s01);
    s11 = fma(a1, b, s11);
    b = v128.load(y2 + at);
    s02 = fma(a0, b, s02);
    s12 = fma(a1, b, s12);
    b = v128.load(y3 + at);
    s03 = fma(a0, b, s03);
    s13 = fma(a1, b, s13);
  }
  const rest = K & 3;
  const tail = x + whole;
  const tail1 = x1 + whole;
  put(out, sumLanes(s00) + tailDot(rest, tail, y + whole), accumulate);
  put(out + stepX, sumLanes(s10) + tailDot(rest, tail1, y + whole), accumulate);
  put(out + stepY, sumLanes(s01) + tailDot(rest, tail, y1 + whole), accumulate);
  put(out + stepX + stepY, sumLanes(s11) + tailDot(rest, tail1, y1 + whole), accumulate);
  put(out + 2 * stepY, sumLanes(s02) + tailDot(rest, tail, y2 + whole), accumulate);
  put(out + stepX + 2 * stepY, sumLanes(s12) + tailDot(rest, tail1, y2 + whole), accumulate);
  put(out + 3 * stepY, sumLanes(s03) + tailDot(rest, tail, y3 + whole), accumulate);
  put(out + stepX + 3 * stepY, sumLanes(s13) + tailDot(rest, tail1, y3 + whole), accumulate);
}

/** One pair, summed as in dots2x4. x, y: [K]. */
function dot(K: i32, x: usize, y: usize): f32 {
  let sum = f32x4.splat(0);
  const whole = (<usize>(K & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) sum = fma(v128.load(x + at), v128.load(y + at), sum);
  return sumLanes(sum) + tailDot(K & 3, x + whole, y + whole);
}

/** sum x y of the elements after the last whole vectors, in order. x, y: [count]. */
function tailDot(count: i32, x: usize, y: usize): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) {
    sum += load<f32>(x) * load<f32>(y);
    x += 4;
    y += 4;
  }
  return sum;
}
