import { exp2, fma } from './lane';

// Steps of the backward pass on one tile: up to 128 keys against a panel of 8 queries, one query a lane.

/**
 * From scores (in units of log 2) and products of values with output gradients to weights and score gradients:
 * P = 2^(score - lse), dS = P (dP - delta). Where P is 0, dS is 0, whatever a hidden value holds.
 * statistics: lse in units of log 2 [8] (+Infinity where a lane has no key), delta [8]; scores, products: [n][8], in place.
 */
export function weightsAndScoreGradients(n: i32, statistics: usize, scores: usize, products: usize): void {
  const zero = f32x4.splat(0);
  const lse0 = v128.load(statistics);
  const lse1 = v128.load(statistics, 16);
  const delta0 = v128.load(statistics, 32);
  const delta1 = v128.load(statistics, 48);
  // Not by the exponential alone: a lane that is only padding meets NaN keys as 0 * NaN.
  const seen0 = f32x4.ne(lse0, f32x4.splat(Infinity));
  const seen1 = f32x4.ne(lse1, f32x4.splat(Infinity));
  const end = scores + ((<usize>n) << 5);
  for (; scores < end; scores += 32) {
    const p0 = v128.and(exp2(f32x4.sub(v128.load(scores), lse0)), seen0);
    const p1 = v128.and(exp2(f32x4.sub(v128.load(scores, 16), lse1)), seen1);
    const g0 = f32x4.mul(p0, f32x4.sub(v128.load(products), delta0));
    const g1 = f32x4.mul(p1, f32x4.sub(v128.load(products, 16), delta1));
    v128.store(scores, p0);
    v128.store(scores, p1, 16);
    v128.store(products, v128.and(g0, f32x4.ne(p0, zero)));
    v128.store(products, v128.and(g1, f32x4.ne(p1, zero)), 16);
    products += 32;
  }
}

/**
 * out += T R: keys by columns, summed over the queries of `panels` panels in ascending order. n4: keys, a multiple of 4;
 * columns: a multiple of 8. tiles: [panels][tileRows][8]; rows: [8 * panels][columns]; out: [n4][columns].
 */
export function accumulateKeys(
  n4: i32,
  columns: i32,
  panels: i32,
  tileRows: i32,
  tiles: usize,
  rows: usize,
  out: usize,
): void {
  const rowBytes = (<usize>columns) << 2;
  const tileBytes = (<usize>tileRows) << 5;
  for (let e: usize = 0; e < rowBytes; e += 32) {
    for (let j = 0; j < n4; j += 4) {
      let c00 = f32x4.splat(0);
      let c01 = c00;
      let c10 = c00;
      let c11 = c00;
      let c20 = c00;
      let c21 = c00;
      let c30 = c00;
      let c31 = c00;
      let y = rows + e;
      let tile = tiles + ((<usize>j) << 5);
      for (let panel = 0; panel < panels; panel++) {
        const end = tile + 32;
        for (let x = tile; x < end; x += 4) {
          const b0 = v128.load(y);
          const b1 = v128.load(y, 16);
          let s = v128.load_splat<f32>(x);
          c00 = fma(s, b0, c00);
          c01 = fma(s, b1, c01);
          s = v128.load_splat<f32>(x, 32);
          c10 = fma(s, b0, c10);
          c11 = fma(s, b1, c11);
          s = v128.load_splat<f32>(x, 64);
          c20 = fma(s, b0, c20);
          c21 = fma(s, b1, c21);
          s = v128.load_splat<f32>(x, 96);
          c30 = fma(s, b0, c30);
          c31 = fma(s, b1, c31);
          y += rowBytes;
        }
        tile += tileBytes;
      }
      let to = out + <usize>j * rowBytes + e;
      v128.store(to, f32x4.add(v128.load(to), c00));
      v128.store(to, f32x4.add(v128.load(to, 16), c01), 16);
      to += rowBytes;
      v128.store(to, f32x4.add(v128.load(to), c10));
      v128.store(to, f32x4.add(v128.load(to, 16), c11), 16);
      to += rowBytes;
      v128.store(to, f32x4.add(v128.load(to), c20));
      v128.store(to, f32x4.add(v128.load(to, 16), c21), 16);
      to += rowBytes;
      v128.store(to, f32x4.add(v128.load(to), c30));
      v128.store(to, f32x4.add(v128.load(to, 16), c31), 16);
    }
  }
}

/**
 * The same, leaving out weights of 0: the row of a query that does not see the key may be NaN or infinite.
 * Arguments as above.
 */
export function accumulateKeysGuarded(
  n4: i32,
  columns: i32,
  panels: i32,
  tileRows: i32,
  tiles: usize,
  rows: usize,
  out: usize,
): void {
  const rowBytes = (<usize>columns) << 2;
  for (let j = 0; j < n4; j++) {
    for (let i = 0; i < panels << 3; i++) {
      const weight = v128.load32_splat(tiles + ((<usize>(i >> 3) * tileRows + j) << 5) + ((<usize>(i & 7)) << 2));
      if (v128.any_true(f32x4.ne(weight, f32x4.splat(0)))) {
        const row = rows + <usize>i * rowBytes;
        const to = out + <usize>j * rowBytes;
        for (let e: usize = 0; e < rowBytes; e += 16) {
          v128.store(to + e, fma(weight, v128.load(row + e), v128.load(to + e)));
        }
      }
    }
  }
}
