import { fma } from './lane';

// The two matrix products of an attention tile, by the 4x8 and 3x12 micro-kernels of micro.ts with both C layouts fixed. With
// a row stride and a flag as arguments, as GEMM needs them, the same loop costs attention a tenth of its speed.

/**
 * tile = K Q^T for panels of 8 queries. keys: panels [ceil(n/4)][D][4], queries: [D][8], tile: [n rounded up to 4][8].
 * Rows past n hold products with zero keys and are not read.
 */
export function scoreTile8(n: i32, D: i32, keys: usize, queries: usize, tile: usize): void {
  const end = queries + <usize>D * 32;
  const last = tile + <usize>n * 32;
  for (let to = tile; to < last; to += 128) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    for (let y = queries; y < end; y += 32) {
      const b0 = v128.load(y);
      const b1 = v128.load(y, 16);
      let s = v128.load_splat<f32>(keys);
      c00 = fma(s, b0, c00);
      c01 = fma(s, b1, c01);
      s = v128.load_splat<f32>(keys, 4);
      c10 = fma(s, b0, c10);
      c11 = fma(s, b1, c11);
      s = v128.load_splat<f32>(keys, 8);
      c20 = fma(s, b0, c20);
      c21 = fma(s, b1, c21);
      s = v128.load_splat<f32>(keys, 12);
      c30 = fma(s, b0, c30);
      c31 = fma(s, b1, c31);
      keys += 16;
    }
    v128.store(to, c00);
    v128.store(to, c01, 16);
    v128.store(to, c10, 32);
    v128.store(to, c11, 48);
    v128.store(to, c20, 64);
    v128.store(to, c21, 80);
    v128.store(to, c30, 96);
    v128.store(to, c31, 112);
  }
}

/** output += V^T P^T for panels of 8 queries. values: panels [Dv4/4][stored][4], tile: [n][8], n <= stored, output: [Dv4][8]. */
export function accumulateTile8(n: i32, stored: i32, Dv4: i32, values: usize, tile: usize, output: usize): void {
  const end = tile + <usize>n * 32;
  const last = output + <usize>Dv4 * 32;
  for (let to = output; to < last; to += 128) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    let x = values;
    for (let y = tile; y < end; y += 32) {
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
    v128.store(to, f32x4.add(v128.load(to), c00));
    v128.store(to, f32x4.add(v128.load(to, 16), c01), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), c10), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), c11), 48);
    v128.store(to, f32x4.add(v128.load(to, 64), c20), 64);
    v128.store(to, f32x4.add(v128.load(to, 80), c21), 80);
    v128.store(to, f32x4.add(v128.load(to, 96), c30), 96);
    v128.store(to, f32x4.add(v128.load(to, 112), c31), 112);
    values += <usize>stored * 16;
  }
}

/**
 * tile = K Q^T for panels of 12 queries. keys: panels [ceil(n/3)][D][3], queries: [D][12], tile: [n rounded up to 3][12].
 * Rows past n hold products with zero keys and are not read.
 */
export function scoreTile12(n: i32, D: i32, keys: usize, queries: usize, tile: usize): void {
  const end = queries + <usize>D * 48;
  const last = tile + <usize>n * 48;
  for (let to = tile; to < last; to += 144) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c02 = c00;
    let c10 = c00;
    let c11 = c00;
    let c12 = c00;
    let c20 = c00;
    let c21 = c00;
    let c22 = c00;
    for (let y = queries; y < end; y += 48) {
      const b0 = v128.load(y);
      const b1 = v128.load(y, 16);
      const b2 = v128.load(y, 32);
      let s = v128.load_splat<f32>(keys);
      c00 = fma(s, b0, c00);
      c01 = fma(s, b1, c01);
      c02 = fma(s, b2, c02);
      s = v128.load_splat<f32>(keys, 4);
      c10 = fma(s, b0, c10);
      c11 = fma(s, b1, c11);
      c12 = fma(s, b2, c12);
      s = v128.load_splat<f32>(keys, 8);
      c20 = fma(s, b0, c20);
      c21 = fma(s, b1, c21);
      c22 = fma(s, b2, c22);
      keys += 12;
    }
    v128.store(to, c00);
    v128.store(to, c01, 16);
    v128.store(to, c02, 32);
    v128.store(to, c10, 48);
    v128.store(to, c11, 64);
    v128.store(to, c12, 80);
    v128.store(to, c20, 96);
    v128.store(to, c21, 112);
    v128.store(to, c22, 128);
  }
}

/** output += V^T P^T for panels of 12 queries. values: panels [Dv3/3][stored][3], tile: [n][12], n <= stored, output: [Dv3][12]. */
export function accumulateTile12(n: i32, stored: i32, Dv3: i32, values: usize, tile: usize, output: usize): void {
  const end = tile + <usize>n * 48;
  const last = output + <usize>Dv3 * 48;
  for (let to = output; to < last; to += 144) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c02 = c00;
    let c10 = c00;
    let c11 = c00;
    let c12 = c00;
    let c20 = c00;
    let c21 = c00;
    let c22 = c00;
    let x = values;
    for (let y = tile; y < end; y += 48) {
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
    v128.store(to, f32x4.add(v128.load(to), c00));
    v128.store(to, f32x4.add(v128.load(to, 16), c01), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), c02), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), c10), 48);
    v128.store(to, f32x4.add(v128.load(to, 64), c11), 64);
    v128.store(to, f32x4.add(v128.load(to, 80), c12), 80);
    v128.store(to, f32x4.add(v128.load(to, 96), c20), 96);
    v128.store(to, f32x4.add(v128.load(to, 112), c21), 112);
    v128.store(to, f32x4.add(v128.load(to, 128), c22), 128);
    values += <usize>stored * 12;
  }
}
