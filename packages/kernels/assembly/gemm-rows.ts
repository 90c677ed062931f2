import { fma } from './lane';

/**
 * Rows as sums of rows: items [begin, end) are blocks of `columns` columns of rows of out, row after row, matrix after
 * matrix. out[m,n] = sum_k x[m,k] y[k,n] in ascending k. accumulate: 1 adds to out.
 * x: (m, k) at m * rowX + k * columnX, strideX apart; y: matrices [K,N], strideY apart; out: [batch,M,N].
 */
export function gemmRows(
  begin: i32,
  end: i32,
  M: i32,
  N: i32,
  K: i32,
  columns: i32,
  rowX: i32,
  columnX: i32,
  strideX: i32,
  strideY: i32,
  accumulate: i32,
  x: usize,
  y: usize,
  out: usize,
): void {
  const blocks = (N + columns - 1) / columns;
  const rowBytes = (<usize>N) << 2;
  const step = (<usize>columnX) << 2;
  for (let item = begin; item < end; item++) {
    const column = (item % blocks) * columns;
    const row = item / blocks;
    const count = min(columns, N - column);
    const to = out + ((<usize>row * N + column) << 2);
    let weight = x + ((<usize>(row / M) * strideX + <usize>(row % M) * rowX) << 2);
    let from = y + ((<usize>(row / M) * strideY + column) << 2);
    let k = 0;
    if (!accumulate) {
      setRow(count, load<f32>(weight), from, to);
      weight += step;
      from += rowBytes;
      k = 1;
    }
    for (; k + 8 <= K; k += 8) {
      addEightRows(count, weight, step, from, rowBytes, to);
      weight += step << 3;
      from += rowBytes << 3;
    }
    for (; k < K; k++) {
      addRow(count, load<f32>(weight), from, to);
      weight += step;
      from += rowBytes;
    }
  }
}

/** out += w0 y0 + .. + w7 y7. weights: 8 at step bytes; y: 8 rows of count at rowBytes; out: [count]. */
function addEightRows(count: i32, weights: usize, step: usize, y: usize, rowBytes: usize, out: usize): void {
  const w0 = v128.load32_splat(weights);
  const w1 = v128.load32_splat(weights + step);
  const w2 = v128.load32_splat(weights + 2 * step);
  const w3 = v128.load32_splat(weights + 3 * step);
  const w4 = v128.load32_splat(weights + 4 * step);
  const w5 = v128.load32_splat(weights + 5 * step);
  const w6 = v128.load32_splat(weights + 6 * step);
  const w7 = v128.load32_splat(weights + 7 * step);
  const half = y + (rowBytes << 2);
  const whole = (<usize>(count & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) {
    let sum = fma(w0, v128.load(y + at), v128.load(out + at));
    sum = fma(w1, v128.load(y + rowBytes + at), sum);
    sum = fma(w2, v128.load(y + 2 * rowBytes + at), sum);
    sum = fma(w3, v128.load(y + 3 * rowBytes + at), sum);
    sum = fma(w4, v128.load(half + at), sum);
    sum = fma(w5, v128.load(half + rowBytes + at), sum);
    sum = fma(w6, v128.load(half + 2 * rowBytes + at), sum);
    sum = fma(w7, v128.load(half + 3 * rowBytes + at), sum);
    v128.store(out + at, sum);
  }
  for (let k: usize = 0; k < 8; k++) {
    addTail(count, load<f32>(weights + k * step), y + k * rowBytes, out);
  }
}

/** out = weight y. y, out: [count]. */
function setRow(count: i32, weight: f32, y: usize, out: usize): void {
  const wide = f32x4.splat(weight);
  const zero = f32x4.splat(0);
  const whole = (<usize>(count & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) v128.store(out + at, fma(wide, v128.load(y + at), zero));
  memory.fill(out + whole, 0, (<usize>(count & 3)) << 2);
  addTail(count, weight, y, out);
}

/** out += weight y. y, out: [count]. */
function addRow(count: i32, weight: f32, y: usize, out: usize): void {
  const wide = f32x4.splat(weight);
  const whole = (<usize>(count & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) v128.store(out + at, fma(wide, v128.load(y + at), v128.load(out + at)));
  addTail(count, weight, y, out);
}

/** The last count mod 4 elements of addRow, by the same arithmetic. y, out: [count]. */
function addTail(count: i32, weight: f32, y: usize, out: usize): void {
  const end = (<usize>count) << 2;
  for (let at = (<usize>(count & ~3)) << 2; at < end; at += 4) {
    const sum = fma(f32x4.splat(weight), v128.load32_splat(y + at), v128.load32_splat(out + at));
    store<f32>(out + at, f32x4.extract_lane(sum, 0));
  }
}
