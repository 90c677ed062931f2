import { fma } from './lane';

// Micro-kernels: C[MR][8] (= or +=) A panel [K][MR] x B panel [K][8], each sum over k in ascending order, so that both
// tiles give the same bits. The K loop is not unrolled: unrolled, V8 spills the accumulators.

/** a: [K][4], b: [K][8], c: [4][8] at rowBytes a row. */
export function micro4x8(K: i32, a: usize, b: usize, c: usize, rowBytes: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = b + ((<usize>K) << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = fma(x, b0, c20);
    c21 = fma(x, b1, c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = fma(x, b0, c30);
    c31 = fma(x, b1, c31);
    a += 16;
    b += 32;
  }
  storeRow(c, c00, c01, accumulate);
  storeRow(c + rowBytes, c10, c11, accumulate);
  storeRow(c + 2 * rowBytes, c20, c21, accumulate);
  storeRow(c + 3 * rowBytes, c30, c31, accumulate);
}

/** a: [K][6], b: [K][8], c: [6][8] at rowBytes a row. */
export function micro6x8(K: i32, a: usize, b: usize, c: usize, rowBytes: usize, accumulate: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  const end = b + ((<usize>K) << 5);
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = fma(x, b0, c20);
    c21 = fma(x, b1, c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = fma(x, b0, c30);
    c31 = fma(x, b1, c31);
    x = v128.load_splat<f32>(a, 16);
    c40 = fma(x, b0, c40);
    c41 = fma(x, b1, c41);
    x = v128.load_splat<f32>(a, 20);
    c50 = fma(x, b0, c50);
    c51 = fma(x, b1, c51);
    a += 24;
    b += 32;
  }
  storeRow(c, c00, c01, accumulate);
  storeRow(c + rowBytes, c10, c11, accumulate);
  storeRow(c + 2 * rowBytes, c20, c21, accumulate);
  storeRow(c + 3 * rowBytes, c30, c31, accumulate);
  storeRow(c + 4 * rowBytes, c40, c41, accumulate);
  storeRow(c + 5 * rowBytes, c50, c51, accumulate);
}

/** One row of a tile. c: [8]. */
function storeRow(c: usize, left: v128, right: v128, accumulate: bool): void {
  v128.store(c, accumulate ? f32x4.add(v128.load(c), left) : left);
  v128.store(c, accumulate ? f32x4.add(v128.load(c, 16), right) : right, 16);
}
