import { exp2, fma } from './lane';

// One tile of attention: a block of keys against a panel of 8 or 12 queries (`width`), one query a lane, so that maximum,
// exponential and sum run down the keys without a horizontal operation, and the exponentiated tile is the packed right-hand
// side of O^T += V^T P^T as it stands.

/** Hides key j from lane i where j > i + diagonal, by a score of -Infinity. tile: [n][width]. */
export function hideFuture(n: i32, width: i32, diagonal: i32, tile: usize): void {
  const hidden = f32x4.splat(-Infinity);
  const rowBytes = (<usize>width) << 2;
  for (let lane = 0; lane < width; lane += 4) {
    const lanes = i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(lane));
    for (let j = max(0, diagonal + lane + 1); j < n; j++) {
      const at = tile + <usize>j * rowBytes + ((<usize>lane) << 2);
      v128.store(at, v128.bitselect(v128.load(at), hidden, i32x4.ge_s(lanes, i32x4.splat(j - diagonal))));
    }
  }
}

/** Hides where the mask is 0. mask: (lane, key) at lane * rowStride + key * columnStride, one byte each; tile: [n][width]. */
export function hideMasked(
  n: i32,
  lanes: i32,
  width: i32,
  mask: usize,
  rowStride: i32,
  columnStride: i32,
  tile: usize,
): void {
  const rowBytes = (<usize>width) << 2;
  for (let lane = 0; lane < lanes; lane++) {
    const row = mask + <usize>lane * rowStride;
    for (let j = 0; j < n; j++) {
      if (!load<u8>(row + <usize>j * columnStride)) {
        store<f32>(tile + <usize>j * rowBytes + ((<usize>lane) << 2), -Infinity);
      }
    }
  }
}

/**
 * Turns scores (in units of log 2) into 2^(score - maximum), updates the running maximum and sum, and scales the output
 * so far to the new maximum. n > 0; do-while, so that V8 keeps the constants out of the loops.
 * tile: [n + 3][width], statistics: maxima [width] then sums [width], output: [Dv][width].
 */
export function softmaxTile(n: i32, width: i32, Dv: i32, tile: usize, statistics: usize, output: usize): void {
  const rowBytes = (<usize>width) << 2;
  const end = tile + <usize>n * rowBytes;
  // Four keys a turn hide the latency of the exponential; rows of -Infinity, whose weight is 0, fill the last turn.
  const padded = tile + <usize>((n + 3) & ~3) * rowBytes;
  for (let at = end; at < padded; at += 16) v128.store(at, f32x4.splat(-Infinity));
  for (let lane: usize = 0; lane < rowBytes; lane += 16) {
    softmaxLanes(rowBytes, tile + lane, padded, statistics + lane, output + lane, output + <usize>Dv * rowBytes);
  }
}

/** The same for four lanes. Rows at rowBytes; tile, output: up to the ends given; statistics: maxima, sums at rowBytes. */
function softmaxLanes(
  rowBytes: usize,
  tile: usize,
  tileEnd: usize,
  statistics: usize,
  output: usize,
  outputEnd: usize,
): void {
  const before = v128.load(statistics);
  const two = rowBytes + rowBytes;
  const three = two + rowBytes;
  const four = two + two;
  let top0 = before;
  let top1 = before;
  let row = tile;
  do {
    top0 = f32x4.pmax(top0, v128.load(row));
    top1 = f32x4.pmax(top1, v128.load(row + rowBytes));
    top0 = f32x4.pmax(top0, v128.load(row + two));
    top1 = f32x4.pmax(top1, v128.load(row + three));
    row += four;
  } while (row < tileEnd);
  const top = f32x4.pmax(top0, top1);
  v128.store(statistics, top);
  // Where nothing is visible yet the maximum is -Infinity, and -Infinity - -Infinity would be NaN.
  const shift = v128.andnot(top, f32x4.eq(top, f32x4.splat(-Infinity)));
  let sum0 = f32x4.splat(0);
  let sum1 = sum0;
  row = tile;
  do {
    const x0 = inline.always(exp2(f32x4.sub(v128.load(row), shift)));
    const x1 = inline.always(exp2(f32x4.sub(v128.load(row + rowBytes), shift)));
    const x2 = inline.always(exp2(f32x4.sub(v128.load(row + two), shift)));
    const x3 = inline.always(exp2(f32x4.sub(v128.load(row + three), shift)));
    sum0 = f32x4.add(sum0, f32x4.add(x0, x2));
    sum1 = f32x4.add(sum1, f32x4.add(x1, x3));
    v128.store(row, x0);
    v128.store(row + rowBytes, x1);
    v128.store(row + two, x2);
    v128.store(row + three, x3);
    row += four;
  } while (row < tileEnd);
  const scale = exp2(f32x4.sub(before, shift));
  const sums = statistics + rowBytes;
  v128.store(sums, fma(v128.load(sums), scale, f32x4.add(sum0, sum1)));
  for (let at = output; at < outputEnd; at += rowBytes) v128.store(at, f32x4.mul(v128.load(at), scale));
}

/**
 * output += V^T P^T with the very bits of accumulateTile, skipping weights of 0: a hidden value may be NaN or infinite.
 * values: panels [ceil(Dv/rows)][stored][rows], tile: [n][width], n <= stored, output: [Dv][width].
 */
export function accumulateGuarded(
  n: i32,
  stored: i32,
  width: i32,
  rows: i32,
  Dv: i32,
  values: usize,
  tile: usize,
  output: usize,
): void {
  const zero = f32x4.splat(0);
  const rowBytes = (<usize>width) << 2;
  for (let e = 0; e < Dv; e++) {
    const column = values + ((<usize>(e - (e % rows)) * stored) << 2) + ((<usize>(e % rows)) << 2);
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      let sum = zero;
      for (let j = 0; j < n; j++) {
        const value = v128.load32_splat(column + ((<usize>j * rows) << 2));
        const weight = v128.load(tile + <usize>j * rowBytes + lane);
        sum = v128.bitselect(sum, fma(value, weight, sum), f32x4.eq(weight, zero));
      }
      const to = output + <usize>e * rowBytes + lane;
      v128.store(to, f32x4.add(v128.load(to), sum));
    }
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

/** 2^(score - maximum) / sum, written to rows of the weights. tile: [n][width], weights: lane rows of S at rowBytes. */
export function writeWeights(
  n: i32,
  lanes: i32,
  width: i32,
  tile: usize,
  statistics: usize,
  weights: usize,
  rowBytes: usize,
): void {
  const tileBytes = (<usize>width) << 2;
  for (let lane: usize = 0; lane < tileBytes; lane += 16) {
    const top = v128.load(statistics + lane);
    const shift = v128.andnot(top, f32x4.eq(top, f32x4.splat(-Infinity)));
    const inverse = inverseSum(v128.load(statistics + tileBytes + lane));
    for (let j = 0; j < n; j++) {
      const row = tile + <usize>j * tileBytes + lane;
      v128.store(row, f32x4.mul(exp2(f32x4.sub(v128.load(row), shift)), inverse));
    }
  }
  for (let lane = 0; lane < lanes; lane++) {
    const to = weights + <usize>lane * rowBytes;
    const from = tile + ((<usize>lane) << 2);
    for (let j = 0; j < n; j++) store<f32>(to + ((<usize>j) << 2), load<f32>(from + <usize>j * tileBytes));
  }
}

/** 1 / sum, and 0 where the sum is 0: a query that sees no key. */
export function inverseSum(sum: v128): v128 {
  return v128.andnot(f32x4.div(f32x4.splat(1), sum), f32x4.eq(sum, f32x4.splat(0)));
}
