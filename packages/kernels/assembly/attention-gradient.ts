import { accumulateKeys, accumulateKeysGuarded, weightsAndScoreGradients } from './attention-gradient-tile';
import { packKeys, packValues } from './attention-pack';
import { accumulateTile8, scoreTile8 } from './attention-product';
import { accumulateGuarded, hasNonFinite, hideFuture, hideMasked } from './attention-tile';
import { sumLanes } from './lane';
import { packPanel } from './pack';

// The backward pass of attention, weights recomputed from the log-sum-exp: Dao et al. 2022, algorithm 4, with queries in
// the lanes as in the forward pass. Five products a tile. The loop over query blocks is the outer one, so the gradients of
// queries stay in scratch and those of keys and values are added up where they belong, in ascending order of queries.

const KEY_BLOCK: i32 = 128;
/** Queries whose tiles are kept until the products over queries are made. */
const QUERY_BLOCK: i32 = 64;
const PANELS: i32 = 8;
const LOG2_E: f32 = 1.4426950408889634;

/** Bytes of scratch that `attentionGradients` needs, at any L and S. */
export function attentionGradientsWorkspace(D: i32, Dv: i32): usize {
  const D8 = (D + 7) & ~7;
  const Dv8 = (Dv + 7) & ~7;
  const keys = KEY_BLOCK * (2 * D8 + Dv8 + D8 + Dv8);
  const tiles = 2 * PANELS * KEY_BLOCK * 8;
  const queries = QUERY_BLOCK * (D + Dv + D8 + D8 + Dv8) + PANELS * 16;
  return (<usize>(keys + tiles + queries)) << 2;
}

/**
 * Heads [begin, end): gradients of sum(dOutput * output) + sum(dLse * lse). diagonal, mask as in `attention`.
 * q, dQ: [heads,L,D]; k, dK: [heads,S,D]; v, dV: [heads,S,Dv]; output, dOutput: [heads,L,Dv]; lse: [heads,L];
 * dLse: 0 or [heads,L]; scratch: attentionGradientsWorkspace(D, Dv) bytes.
 */
export function attentionGradients(
  begin: i32,
  end: i32,
  L: i32,
  S: i32,
  D: i32,
  Dv: i32,
  scale: f32,
  diagonal: i32,
  maskRow: i32,
  maskColumn: i32,
  mask: usize,
  maskOffsets: usize,
  q: usize,
  k: usize,
  v: usize,
  output: usize,
  lse: usize,
  dOutput: usize,
  dLse: usize,
  dQ: usize,
  dK: usize,
  dV: usize,
  scratch: usize,
): void {
  const D8 = (D + 7) & ~7;
  const Dv8 = (Dv + 7) & ~7;
  const keys = scratch;
  const keysByColumn = keys + ((<usize>KEY_BLOCK * D8) << 2);
  const values = keysByColumn + ((<usize>KEY_BLOCK * D8) << 2);
  const sumK = values + ((<usize>KEY_BLOCK * Dv8) << 2);
  const sumV = sumK + ((<usize>KEY_BLOCK * D8) << 2);
  const weights = sumV + ((<usize>KEY_BLOCK * Dv8) << 2);
  const slopes = weights + ((<usize>PANELS * KEY_BLOCK * 8) << 2);
  const queries = slopes + ((<usize>PANELS * KEY_BLOCK * 8) << 2);
  const gradients = queries + ((<usize>QUERY_BLOCK * D) << 2);
  const sumQ = gradients + ((<usize>QUERY_BLOCK * Dv) << 2);
  const queryRows = sumQ + ((<usize>QUERY_BLOCK * D8) << 2);
  const gradientRows = queryRows + ((<usize>QUERY_BLOCK * D8) << 2);
  const statistics = gradientRows + ((<usize>QUERY_BLOCK * Dv8) << 2);
  for (let head = begin; head < end; head++) {
    const index = <usize>head;
    const maskOfHead = mask ? mask + <usize>load<u32>(maskOffsets + (index << 2)) : 0;
    memory.fill(dK + ((index * S * D) << 2), 0, (<usize>S * D) << 2);
    memory.fill(dV + ((index * S * Dv) << 2), 0, (<usize>S * Dv) << 2);
    for (let first = 0; first < L; first += QUERY_BLOCK) {
      const count = min(L - first, QUERY_BLOCK);
      const panels = (count + 7) >> 3;
      const row = index * L + first;
      const fromQ = q + ((row * D) << 2);
      const fromG = dOutput + ((row * Dv) << 2);
      packQueries(count, D, scale * LOG2_E, fromQ, queries);
      packQueries(count, Dv, 1, fromG, gradients);
      copyRows(count, panels << 3, D, D8, fromQ, queryRows);
      copyRows(count, panels << 3, Dv, Dv8, fromG, gradientRows);
      const dLseRow = dLse ? dLse + (row << 2) : 0;
      rowStatistics(count, Dv, output + ((row * Dv) << 2), fromG, lse + (row << 2), dLseRow, statistics);
      memory.fill(sumQ, 0, (<usize>panels * D8) << 5);
      const oddRows = hasNonFinite((panels << 3) * D8, queryRows) || hasNonFinite((panels << 3) * Dv8, gradientRows);
      const visible = min(S, max(0, first + count + diagonal));
      for (let block = 0; block < visible; block += KEY_BLOCK) {
        const stored = min(visible - block, KEY_BLOCK);
        const stored4 = (stored + 3) & ~3;
        const key = index * S + block;
        packKeys(stored, 4, D, k + ((key * D) << 2), keys);
        packValues(stored, 4, D, k + ((key * D) << 2), keysByColumn);
        packKeys(stored, 4, Dv, v + ((key * Dv) << 2), values);
        const hides = mask !== 0 || block + stored > first + diagonal + 1;
        const guarded = hides && hasNonFinite(stored4 * D, keys);
        for (let panel = 0; panel < panels; panel++) {
          const tile = weights + ((<usize>panel * KEY_BLOCK) << 5);
          const slope = slopes + ((<usize>panel * KEY_BLOCK) << 5);
          const query = first + (panel << 3);
          const lanes = min(count - (panel << 3), 8);
          scoreTile8(stored, D, keys, queries + ((<usize>panel * D) << 5), tile);
          hideFuture(stored, 8, query + diagonal - block, tile);
          if (mask) {
            const corner = maskOfHead + <usize>query * maskRow + <usize>block * maskColumn;
            hideMasked(stored, lanes, 8, corner, maskRow, maskColumn, tile);
          }
          scoreTile8(stored, Dv, values, gradients + ((<usize>panel * Dv) << 5), slope);
          weightsAndScoreGradients(stored, statistics + ((<usize>panel) << 6), tile, slope);
          clearRows(stored, stored4, tile);
          clearRows(stored, stored4, slope);
          const to = sumQ + ((<usize>panel * D8) << 5);
          if (guarded) accumulateGuarded(stored, stored, 8, 4, (D + 3) & ~3, keysByColumn, slope, to);
          else accumulateTile8(stored, stored, (D + 3) & ~3, keysByColumn, slope, to);
        }
        memory.fill(sumK, 0, (<usize>stored4 * D8) << 2);
        memory.fill(sumV, 0, (<usize>stored4 * Dv8) << 2);
        if (oddRows) {
          accumulateKeysGuarded(stored4, D8, panels, KEY_BLOCK, slopes, queryRows, sumK);
          accumulateKeysGuarded(stored4, Dv8, panels, KEY_BLOCK, weights, gradientRows, sumV);
        } else {
          accumulateKeys(stored4, D8, panels, KEY_BLOCK, slopes, queryRows, sumK);
          accumulateKeys(stored4, Dv8, panels, KEY_BLOCK, weights, gradientRows, sumV);
        }
        addRows(stored, D, D8, scale, sumK, dK + ((key * D) << 2));
        addRows(stored, Dv, Dv8, 1, sumV, dV + ((key * Dv) << 2));
      }
      leavePanels(count, D, D8, scale, sumQ, dQ + ((row * D) << 2));
    }
  }
}

/** panels: [ceil(count/8)][size][8] of factor * rows: [count,size]; lanes beyond count are 0. */
function packQueries(count: i32, size: i32, factor: f32, rows: usize, panels: usize): void {
  for (let i = 0; i < count; i += 8) {
    packPanel(8, min(count - i, 8), size, rows + ((<usize>i * size) << 2), size, 1, panels + ((<usize>i * size) << 2));
  }
  if (factor === 1) return;
  const wide = f32x4.splat(factor);
  const end = panels + ((<usize>((count + 7) & ~7) * size) << 2);
  for (let at = panels; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), wide));
}

/** to: [rows][padded] of from: [count][size], 0 beyond. */
function copyRows(count: i32, rows: i32, size: i32, padded: i32, from: usize, to: usize): void {
  if (size !== padded || count !== rows) memory.fill(to, 0, (<usize>rows * padded) << 2);
  if (size === padded) {
    memory.copy(to, from, (<usize>count * size) << 2);
    return;
  }
  for (let i = 0; i < count; i++) {
    memory.copy(to + ((<usize>i * padded) << 2), from + ((<usize>i * size) << 2), (<usize>size) << 2);
  }
}

/**
 * For each query lse / ln 2 and delta = sum dOutput * output - dLse. A query that sees no key, or that is not there, gets
 * +Infinity, so that all its weights are 0. output, dOutput: [count,Dv]; lse: [count]; dLse: 0 or [count];
 * statistics: [ceil(count/8)] of lse [8], delta [8].
 */
function rowStatistics(
  count: i32,
  Dv: i32,
  output: usize,
  dOutput: usize,
  lse: usize,
  dLse: usize,
  statistics: usize,
): void {
  for (let i = 0; i < ((count + 7) >> 3) << 3; i++) {
    const to = statistics + ((<usize>(i >> 3)) << 6) + ((<usize>(i & 7)) << 2);
    store<f32>(to, Infinity);
    store<f32>(to, 0, 32);
    if (i >= count) continue;
    const value = load<f32>(lse + ((<usize>i) << 2));
    if (value === -Infinity) continue;
    store<f32>(to, value * LOG2_E);
    const delta = rowDot(Dv, output + ((<usize>i * Dv) << 2), dOutput + ((<usize>i * Dv) << 2));
    store<f32>(to, dLse ? delta - load<f32>(dLse + ((<usize>i) << 2)) : delta, 32);
  }
}

/** sum x y in four partial sums. x, y: [size]. */
function rowDot(size: i32, x: usize, y: usize): f32 {
  let sum = f32x4.splat(0);
  const whole = (<usize>(size & ~3)) << 2;
  for (let at: usize = 0; at < whole; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(x + at), v128.load(y + at)));
  let total = sumLanes(sum);
  for (let at = whole; at < (<usize>size) << 2; at += 4) total += load<f32>(x + at) * load<f32>(y + at);
  return total;
}

/** Zeroes rows [begin, end) of tile: [end][8]. */
function clearRows(begin: i32, end: i32, tile: usize): void {
  if (begin < end) memory.fill(tile + ((<usize>begin) << 5), 0, (<usize>(end - begin)) << 5);
}

/** out += factor * sums. sums: [count][padded], out: [count][size]. */
function addRows(count: i32, size: i32, padded: i32, factor: f32, sums: usize, out: usize): void {
  const wide = f32x4.splat(factor);
  for (let i = 0; i < count; i++) {
    const from = sums + ((<usize>i * padded) << 2);
    const to = out + ((<usize>i * size) << 2);
    let e: usize = 0;
    const whole = (<usize>(size & ~3)) << 2;
    for (; e < whole; e += 16) {
      v128.store(to + e, f32x4.add(v128.load(to + e), f32x4.mul(v128.load(from + e), wide)));
    }
    for (; e < (<usize>size) << 2; e += 4) store<f32>(to + e, load<f32>(to + e) + load<f32>(from + e) * factor);
  }
}

/** out = factor * panels, transposed. panels: [ceil(count/8)][padded][8]; out: [count][size]. */
function leavePanels(count: i32, size: i32, padded: i32, factor: f32, panels: usize, out: usize): void {
  for (let i = 0; i < count; i++) {
    const from = panels + ((<usize>(i >> 3) * padded) << 5) + ((<usize>(i & 7)) << 2);
    const to = out + ((<usize>i * size) << 2);
    for (let e = 0; e < size; e++) store<f32>(to + ((<usize>e) << 2), load<f32>(from + ((<usize>e) << 5)) * factor);
  }
}
