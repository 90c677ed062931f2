import { fma } from './lane';

// Micro-kernels: C (= or +=) A B over panels of rows, each sum over k in ascending order, so that all tiles give the same
// bits. The K loop is not unrolled: unrolled, V8 spills the accumulators. One call serves many panels, because a call per
// tile costs a tenth of the time at K = 64.

/**
 * `panels` panels of 4 rows. a: [panels] of [K][4] at panelBytes apart, b: [K][8], c: [4 * panels][8] at rowBytes a row.
 */
export function micro4x8(
  panels: i32,
  K: i32,
  a: usize,
  panelBytes: usize,
  b: usize,
  c: usize,
  rowBytes: usize,
  accumulate: bool,
): void {
  const end = b + ((<usize>K) << 5);
  for (; panels > 0; panels--) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    let x = a;
    for (let y = b; y < end; y += 32) {
      const b0 = v128.load(y);
      const b1 = v128.load(y, 16);
      let s = v128.load_splat<f32>(x);
      c00 = fma(s, b0, c00);
      c01 = fma(s, b1, c01);
      s = v128.load_splat<f32>(x, 4);
      c10 = fma(s, b0, c10);
      c11 = fma(s, b1, c11);
      s = v128.load_splat<f32>(x, 8);
      c20 = fma(s, b0, c20);
      c21 = fma(s, b1, c21);
      s = v128.load_splat<f32>(x, 12);
      c30 = fma(s, b0, c30);
      c31 = fma(s, b1, c31);
      x += 16;
    }
    let row = c;
    if (accumulate) {
      c00 = f32x4.add(v128.load(row), c00);
      c01 = f32x4.add(v128.load(row, 16), c01);
      row += rowBytes;
      c10 = f32x4.add(v128.load(row), c10);
      c11 = f32x4.add(v128.load(row, 16), c11);
      row += rowBytes;
      c20 = f32x4.add(v128.load(row), c20);
      c21 = f32x4.add(v128.load(row, 16), c21);
      row += rowBytes;
      c30 = f32x4.add(v128.load(row), c30);
      c31 = f32x4.add(v128.load(row, 16), c31);
      row = c;
    }
    v128.store(row, c00);
    v128.store(row, c01, 16);
    row += rowBytes;
    v128.store(row, c10);
    v128.store(row, c11, 16);
    row += rowBytes;
    v128.store(row, c20);
    v128.store(row, c21, 16);
    row += rowBytes;
    v128.store(row, c30);
    v128.store(row, c31, 16);
    row += rowBytes;
    c = row;
    a += panelBytes;
  }
}

/**
 * `panels` panels of 6 rows. a: [panels] of [K][6] at panelBytes apart, b: [K][8], c: [6 * panels][8] at rowBytes a row.
 */
export function micro6x8(
  panels: i32,
  K: i32,
  a: usize,
  panelBytes: usize,
  b: usize,
  c: usize,
  rowBytes: usize,
  accumulate: bool,
): void {
  const end = b + ((<usize>K) << 5);
  for (; panels > 0; panels--) {
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
    let x = a;
    for (let y = b; y < end; y += 32) {
      const b0 = v128.load(y);
      const b1 = v128.load(y, 16);
      let s = v128.load_splat<f32>(x);
      c00 = fma(s, b0, c00);
      c01 = fma(s, b1, c01);
      s = v128.load_splat<f32>(x, 4);
      c10 = fma(s, b0, c10);
      c11 = fma(s, b1, c11);
      s = v128.load_splat<f32>(x, 8);
      c20 = fma(s, b0, c20);
      c21 = fma(s, b1, c21);
      s = v128.load_splat<f32>(x, 12);
      c30 = fma(s, b0, c30);
      c31 = fma(s, b1, c31);
      s = v128.load_splat<f32>(x, 16);
      c40 = fma(s, b0, c40);
      c41 = fma(s, b1, c41);
      s = v128.load_splat<f32>(x, 20);
      c50 = fma(s, b0, c50);
      c51 = fma(s, b1, c51);
      x += 24;
    }
    let row = c;
    if (accumulate) {
      c00 = f32x4.add(v128.load(row), c00);
      c01 = f32x4.add(v128.load(row, 16), c01);
      row += rowBytes;
      c10 = f32x4.add(v128.load(row), c10);
      c11 = f32x4.add(v128.load(row, 16), c11);
      row += rowBytes;
      c20 = f32x4.add(v128.load(row), c20);
      c21 = f32x4.add(v128.load(row, 16), c21);
      row += rowBytes;
      c30 = f32x4.add(v128.load(row), c30);
      c31 = f32x4.add(v128.load(row, 16), c31);
      row += rowBytes;
      c40 = f32x4.add(v128.load(row), c40);
      c41 = f32x4.add(v128.load(row, 16), c41);
      row += rowBytes;
      c50 = f32x4.add(v128.load(row), c50);
      c51 = f32x4.add(v128.load(row, 16), c51);
      row = c;
    }
    v128.store(row, c00);
    v128.store(row, c01, 16);
    row += rowBytes;
    v128.store(row, c10);
    v128.store(row, c11, 16);
    row += rowBytes;
    v128.store(row, c20);
    v128.store(row, c21, 16);
    row += rowBytes;
    v128.store(row, c30);
    v128.store(row, c31, 16);
    row += rowBytes;
    v128.store(row, c40);
    v128.store(row, c41, 16);
    row += rowBytes;
    v128.store(row, c50);
    v128.store(row, c51, 16);
    row += rowBytes;
    c = row;
    a += panelBytes;
  }
}

/**
 * `panels` panels of 3 rows. a: [panels] of [K][3] at panelBytes apart, b: [K][12], c: [3 * panels][12] at rowBytes a row.
 */
export function micro3x12(
  panels: i32,
  K: i32,
  a: usize,
  panelBytes: usize,
  b: usize,
  c: usize,
  rowBytes: usize,
  accumulate: bool,
): void {
  const end = b + <usize>K * 48;
  for (; panels > 0; panels--) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c02 = c00;
    let c10 = c00;
    let c11 = c00;
    let c12 = c00;
    let c20 = c00;
    let c21 = c00;
    let c22 = c00;
    let x = a;
    for (let y = b; y < end; y += 48) {
      const b0 = v128.load(y);
      const b1 = v128.load(y, 16);
      const b2 = v128.load(y, 32);
      let s = v128.load_splat<f32>(x);
      c00 = fma(s, b0, c00);
      c01 = fma(s, b1, c01);
      c02 = fma(s, b2, c02);
      s = v128.load_splat<f32>(x, 4);
      c10 = fma(s, b0, c10);
      c11 = fma(s, b1, c11);
      c12 = fma(s, b2, c12);
      s = v128.load_splat<f32>(x, 8);
      c20 = fma(s, b0, c20);
      c21 = fma(s, b1, c21);
      c22 = fma(s, b2, c22);
      x += 12;
    }
    let row = c;
    if (accumulate) {
      c00 = f32x4.add(v128.load(row), c00);
      c01 = f32x4.add(v128.load(row, 16), c01);
      c02 = f32x4.add(v128.load(row, 32), c02);
      row += rowBytes;
      c10 = f32x4.add(v128.load(row), c10);
      c11 = f32x4.add(v128.load(row, 16), c11);
      c12 = f32x4.add(v128.load(row, 32), c12);
      row += rowBytes;
      c20 = f32x4.add(v128.load(row), c20);
      c21 = f32x4.add(v128.load(row, 16), c21);
      c22 = f32x4.add(v128.load(row, 32), c22);
      row = c;
    }
    v128.store(row, c00);
    v128.store(row, c01, 16);
    v128.store(row, c02, 32);
    row += rowBytes;
    v128.store(row, c10);
    v128.store(row, c11, 16);
    v128.store(row, c12, 32);
    row += rowBytes;
    v128.store(row, c20);
    v128.store(row, c21, 16);
    v128.store(row, c22, 32);
    row += rowBytes;
    c = row;
    a += panelBytes;
  }
}
