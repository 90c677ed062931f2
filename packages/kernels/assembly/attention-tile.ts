import { exp2, fma } from './lane';

// One tile of attention: up to 128 keys against a panel of 8 queries, one query a lane, so that maximum, exponential and
// sum run down the keys without a horizontal operation, and the exponentiated tile is the packed right-hand side of
// O^T += V^T P^T as it stands.

/** Hides key j from lane i where j > i + diagonal, by a score of -Infinity. tile: [n][8]. */
export function hideFuture(n: i32, diagonal: i32, tile: usize): void {
  const hidden = f32x4.splat(-Infinity);
  const left = i32x4(0, 1, 2, 3);
  const right = i32x4(4, 5, 6, 7);
  for (let j = max(0, diagonal + 1); j < n; j++) {
    const first = i32x4.splat(j - diagonal);
    const row = tile + ((<usize>j) << 5);
    v128.store(row, v128.bitselect(v128.load(row), hidden, i32x4.ge_s(left, first)));
    v128.store(row, v128.bitselect(v128.load(row, 16), hidden, i32x4.ge_s(right, first)), 16);
  }
}

/** Hides where the mask is 0. mask: (lane, key) at lane * rowStride + key * columnStride, one byte each; tile: [n][8]. */
export function hideMasked(n: i32, lanes: i32, mask: usize, rowStride: i32, columnStride: i32, tile: usize): void {
  for (let lane = 0; lane < lanes; lane++) {
    const row = mask + <usize>lane * rowStride;
    for (let j = 0; j < n; j++) {
      if (!load<u8>(row + <usize>j * columnStride))
        store<f32>(tile + ((<usize>j) << 5) + ((<usize>lane) << 2), -Infinity);
    }
  }
}

/**
 * Turns scores (in units of log 2) into 2^(score - maximum), updates the running maximum and sum, and scales the output
 * so far to the new maximum. n > 0; do-while, so that V8 keeps the constants out of the loops. tile: [n + 1][8], statistics: maxima [8] then sums [8], output: [Dv4][8].
 */
export function softmaxTile(n: i32, Dv4: i32, tile: usize, statistics: usize, output: usize): void {
  const minusInfinity = f32x4.splat(-Infinity);
  const end = tile + ((<usize>n) << 5);
  const before0 = v128.load(statistics);
  const before1 = v128.load(statistics, 16);
  let top0 = before0;
  let top1 = before1;
  let row = tile;
  do {
    top0 = f32x4.pmax(top0, v128.load(row));
    top1 = f32x4.pmax(top1, v128.load(row, 16));
    row += 32;
  } while (row < end);
  v128.store(statistics, top0);
  v128.store(statistics, top1, 16);
  // Where nothing is visible yet the maximum is -Infinity, and -Infinity - -Infinity would be NaN.
  const shift0 = v128.andnot(top0, f32x4.eq(top0, minusInfinity));
  const shift1 = v128.andnot(top1, f32x4.eq(top1, minusInfinity));
  // Two keys a turn hide the latency of the exponential; an odd tile gets a row of -Infinity, whose weight is 0.
  if (n & 1) {
    v128.store(end, minusInfinity);
    v128.store(end, minusInfinity, 16);
  }
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  row = tile;
  do {
    const x0 = inline.always(exp2(f32x4.sub(v128.load(row), shift0)));
    const x1 = inline.always(exp2(f32x4.sub(v128.load(row, 16), shift1)));
    const x2 = inline.always(exp2(f32x4.sub(v128.load(row, 32), shift0)));
    const x3 = inline.always(exp2(f32x4.sub(v128.load(row, 48), shift1)));
    sum0 = f32x4.add(sum0, f32x4.add(x0, x2));
    sum1 = f32x4.add(sum1, f32x4.add(x1, x3));
    v128.store(row, x0);
    v128.store(row, x1, 16);
    v128.store(row, x2, 32);
    v128.store(row, x3, 48);
    row += 64;
  } while (row < end);
  const scale0 = exp2(f32x4.sub(before0, shift0));
  const scale1 = exp2(f32x4.sub(before1, shift1));
  v128.store(statistics, fma(v128.load(statistics, 32), scale0, sum0), 32);
  v128.store(statistics, fma(v128.load(statistics, 48), scale1, sum1), 48);
  const outputEnd = output + ((<usize>Dv4) << 5);
  for (let row = output; row < outputEnd; row += 32) {
    v128.store(row, f32x4.mul(v128.load(row), scale0));
    v128.store(row, f32x4.mul(v128.load(row, 16), scale1), 16);
  }
}

/**
 * output += V^T P^T with accumulateTile's very bits, skipping weights of 0: a hidden value may be NaN or infinite.
 * values: panels [Dv4/4][stored][4], tile: [n][8], n <= stored, output: [Dv4][8].
 */
export function accumulateGuarded(n: i32, stored: i32, Dv4: i32, values: usize, tile: usize, output: usize): void {
  const zero = f32x4.splat(0);
  for (let e = 0; e < Dv4; e++) {
    const column = values + ((<usize>(e & ~3) * stored) << 2) + ((<usize>(e & 3)) << 2);
    const to = output + ((<usize>e) << 5);
    let left = zero;
    let right = zero;
    for (let j = 0; j < n; j++) {
      const value = v128.load32_splat(column + ((<usize>j) << 4));
      const row = tile + ((<usize>j) << 5);
      const p0 = v128.load(row);
      const p1 = v128.load(row, 16);
      left = v128.bitselect(left, fma(value, p0, left), f32x4.eq(p0, zero));
      right = v128.bitselect(right, fma(value, p1, right), f32x4.eq(p1, zero));
    }
    left = f32x4.add(v128.load(to), left);
    right = f32x4.add(v128.load(to, 16), right);
    v128.store(to, left);
    v128.store(to, right, 16);
  }
}

/** Whether any of the numbers is NaN or infinite. values: [count], count a multiple of 4. */
export function hasNonFinite(count: i32, values: usize): bool {
  const zero = f32x4.splat(0);
  let sum = zero;
  const end = values + ((<usize>count) << 2);
  for (let at = values; at < end; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(at), zero));
  return v128.any_true(f32x4.ne(sum, zero));
}

/** 2^(score - maximum) / sum, written to rows of the weights. tile: [n][8], weights: lane rows of S at rowBytes. */
export function writeWeights(
  n: i32,
  lanes: i32,
  tile: usize,
  statistics: usize,
  weights: usize,
  rowBytes: usize,
): void {
  const minusInfinity = f32x4.splat(-Infinity);
  for (let half = 0; half < 2; half++) {
    const at = (<usize>half) << 4;
    const top = v128.load(statistics + at);
    const shift = v128.andnot(top, f32x4.eq(top, minusInfinity));
    const inverse = inverseSum(v128.load(statistics + at, 32));
    for (let j = 0; j < n; j++) {
      const row = tile + ((<usize>j) << 5) + at;
      v128.store(row, f32x4.mul(exp2(f32x4.sub(v128.load(row), shift)), inverse));
    }
  }
  for (let lane = 0; lane < lanes; lane++) {
    const to = weights + <usize>lane * rowBytes;
    const from = tile + ((<usize>lane) << 2);
    for (let j = 0; j < n; j++) store<f32>(to + ((<usize>j) << 2), load<f32>(from + ((<usize>j) << 5)));
  }
}

/** 1 / sum, and 0 where the sum is 0: a query that sees no key. */
export function inverseSum(sum: v128): v128 {
  return v128.andnot(f32x4.div(f32x4.splat(1), sum), f32x4.eq(sum, f32x4.splat(0)));
}
