import { fma, sumLanes } from './lane';

// Products with few rows or columns, where packing would cost as much as multiplying. Both read the large matrix once, as
// it lies, so that they run at the speed of memory.

/**
 * Dot products: items [begin, end) are the rows of y, matrix after matrix. out(x, y) = sum_k x[x,k] y[y,k], in four or
 * eight partial sums by k. accumulate: 1 adds to out.
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
    let j = 0;
    for (; j + 4 <= count; j += 4) {
      const rows = fromY + <usize>j * rowBytes;
      const corner = to + <usize>j * stepY;
      let i = 0;
      for (; i + 2 <= P; i += 2) {
        dots2x4(K, fromX + <usize>i * rowBytes, rows, corner + <usize>i * stepX, stepX, stepY, accumulate);
      }
      if (i < P) dots1x4(K, fromX + <usize>i * rowBytes, rows, corner + <usize>i * stepX, stepY, accumulate);
    }
    for (; j < count; j++) {
      for (let i = 0; i < P; i++) {
        const paired = i + 1 < P || (i & 1) === 1;
        const value = dot(K, paired, fromX + <usize>i * rowBytes, fromY + <usize>j * rowBytes);
        put(to + <usize>i * stepX + <usize>j * stepY, value, accumulate);
      }
    }
    item += count;
  }
}

function put(at: usize, value: f32, accumulate: i32): void {
  store<f32>(at, accumulate ? load<f32>(at) + value : value);
}

/** Two rows against four, one chain a pair. x: [2,K]; y: [4,K]; out: (i, j) at i * stepX + j * stepY bytes. */
function dots2x4(K: i32, x: usize, y: usize, out: usize, stepX: usize, stepY: usize, accumulate: i32): void {
  const row = (<usize>K) << 2;
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

/** One row against four, two chains a pair. x: [K]; y: [4,K]; out: j at j * stepY bytes. */
function dots1x4(K: i32, x: usize, y: usize, out: usize, stepY: usize, accumulate: i32): void {
  const row = (<usize>K) << 2;
  const y1 = y + row;
  const y2 = y1 + row;
  const y3 = y2 + row;
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  const whole = (<usize>(K & ~7)) << 2;
  for (let at: usize = 0; at < whole; at += 32) {
    let a = v128.load(x + at);
    s0 = fma(a, v128.load(y + at), s0);
    s1 = fma(a, v128.load(y1 + at), s1);
    s2 = fma(a, v128.load(y2 + at), s2);
    s3 = fma(a, v128.load(y3 + at), s3);
    a = v128.load(x + at, 16);
    t0 = fma(a, v128.load(y + at, 16), t0);
    t1 = fma(a, v128.load(y1 + at, 16), t1);
    t2 = fma(a, v128.load(y2 + at, 16), t2);
    t3 = fma(a, v128.load(y3 + at, 16), t3);
  }
  const rest = K & 7;
  put(out, sumLanes(f32x4.add(s0, t0)) + tailDot(rest, x + whole, y + whole), accumulate);
  put(out + stepY, sumLanes(f32x4.add(s1, t1)) + tailDot(rest, x + whole, y1 + whole), accumulate);
  put(out + 2 * stepY, sumLanes(f32x4.add(s2, t2)) + tailDot(rest, x + whole, y2 + whole), accumulate);
  put(out + 3 * stepY, sumLanes(f32x4.add(s3, t3)) + tailDot(rest, x + whole, y3 + whole), accumulate);
}

/** One pair, summed as in the tile it would be in: `paired` as in dots2x4, else as in dots1x4. x, y: [K]. */
function dot(K: i32, paired: bool, x: usize, y: usize): f32 {
  let s = f32x4.splat(0);
  let t = s;
  const block = paired ? 3 : 7;
  const whole = (<usize>(K & ~block)) << 2;
  for (let at: usize = 0; at < whole; at += 16) {
    s = fma(v128.load(x + at), v128.load(y + at), s);
    if (paired) continue;
    at += 16;
    t = fma(v128.load(x + at), v128.load(y + at), t);
  }
  return sumLanes(paired ? s : f32x4.add(s, t)) + tailDot(K & block, x + whole, y + whole);
}

/** sum x y of fewer than eight, in order. x, y: [count]. */
function tailDot(count: i32, x: usize, y: usize): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) {
    sum += load<f32>(x) * load<f32>(y);
    x += 4;
    y += 4;
  }
  return sum;
}

/** Columns of an item of `gemmRows`: a row of the result that stays in the first cache. */
const COLUMNS: i32 = 1024;

/**
 * Rows as sums of rows: items [begin, end) are blocks of 1024 columns of rows of out, row after row, matrix after matrix.
 * out[m,n] = sum_k x[m,k] y[k,n] in ascending k. accumulate: 1 adds to out.
 * x: (m, k) at m * rowX + k * columnX, strideX apart; y: matrices [K,N], strideY apart; out: [batch,M,N].
 */
export function gemmRows(
  begin: i32,
  end: i32,
  M: i32,
  N: i32,
  K: i32,
  rowX: i32,
  columnX: i32,
  strideX: i32,
  strideY: i32,
  accumulate: i32,
  x: usize,
  y: usize,
  out: usize,
): void {
  const blocks = (N + COLUMNS - 1) / COLUMNS;
  const rowBytes = (<usize>N) << 2;
  const step = (<usize>columnX) << 2;
  for (let item = begin; item < end; item++) {
    const column = (item % blocks) * COLUMNS;
    const row = item / blocks;
    const columns = min(COLUMNS, N - column);
    const to = out + ((<usize>row * N + column) << 2);
    let weight = x + ((<usize>(row / M) * strideX + <usize>(row % M) * rowX) << 2);
    let from = y + ((<usize>(row / M) * strideY + column) << 2);
    let k = 0;
    if (!accumulate) memory.fill(to, 0, (<usize>columns) << 2);
    for (; k + 4 <= K; k += 4) {
      addRows4(columns, weight, step, from, rowBytes, to);
      weight += step << 2;
      from += rowBytes << 2;
    }
    for (; k < K; k++) {
      addRow(columns, load<f32>(weight), from, to);
      weight += step;
      from += rowBytes;
    }
  }
}

/** out += w0 y0 + w1 y1 + w2 y2 + w3 y3. weights: 4 at step bytes; y: 4 rows of columns at rowBytes; out: [columns]. */
function addRows4(columns: i32, weights: usize, step: usize, y: usize, rowBytes: usize, out: usize): void {
  const w0 = v128.load32_splat(weights);
  const w1 = v128.load32_splat(weights + step);
  const w2 = v128.load32_splat(weights + 2 * step);
  const w3 = v128.load32_splat(weights + 3 * step);
  const y1 = y + rowBytes;
  const y2 = y1 + rowBytes;
  const y3 = y2 + rowBytes;
  const whole = (<usize>(columns & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) {
    let sum = fma(w0, v128.load(y + at), v128.load(out + at));
    sum = fma(w1, v128.load(y1 + at), sum);
    sum = fma(w2, v128.load(y2 + at), sum);
    sum = fma(w3, v128.load(y3 + at), sum);
    v128.store(out + at, sum);
  }
  const end = (<usize>columns) << 2;
  for (let at = whole; at < end; at += 4) {
    let sum = fma(w0, v128.load32_splat(y + at), v128.load32_splat(out + at));
    sum = fma(w1, v128.load32_splat(y1 + at), sum);
    sum = fma(w2, v128.load32_splat(y2 + at), sum);
    sum = fma(w3, v128.load32_splat(y3 + at), sum);
    store<f32>(out + at, f32x4.extract_lane(sum, 0));
  }
}

/** out += weight y. y, out: [columns]. */
function addRow(columns: i32, weight: f32, y: usize, out: usize): void {
  const wide = f32x4.splat(weight);
  const whole = (<usize>(columns & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) v128.store(out + at, fma(wide, v128.load(y + at), v128.load(out + at)));
  const end = (<usize>columns) << 2;
  for (let at = whole; at < end; at += 4) {
    store<f32>(out + at, f32x4.extract_lane(fma(wide, v128.load32_splat(y + at), v128.load32_splat(out + at)), 0));
  }
}
