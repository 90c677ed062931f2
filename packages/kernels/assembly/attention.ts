import { packKeys, packValues } from './attention-pack';
import { accumulateTile8, accumulateTile12, scoreTile8, scoreTile12 } from './attention-product';
import { accumulateGuarded, hasNonFinite, hideFuture, hideMasked, softmaxTile, writeWeights } from './attention-tile';
import { log } from './lane';
import { packPanel } from './pack';

// Attention over key blocks with a running softmax: FlashAttention, Dao et al. 2022, algorithm 1, with queries in the
// SIMD lanes. A block of queries shares one packing of each key block; the workspace depends on D and Dv alone.

/** A multiple of 4 and of 3, the keys that a micro-kernel takes at once. */
const KEY_BLOCK: i32 = 132;
/** Queries that share one packing of a key block; a multiple of both panel widths, 8 and 12. */
const QUERY_BLOCK: i32 = 528;
const LOG2_E: f32 = 1.4426950408889634;
const LN_2: f32 = 0.6931471805599453;

/** Bytes of workspace that `attention` needs, at any L and S. */
export function attentionWorkspace(D: i32, Dv: i32): usize {
  // A multiple of 4 or of 3 rows of values, whichever panels are in use.
  const padded = Dv + 3;
  const block = KEY_BLOCK * (D + padded);
  const tile = (KEY_BLOCK + 3) * 12;
  return (<usize>(block + tile + QUERY_BLOCK * (D + padded + 2))) << 2;
}

/**
 * Items [begin, end): blocks of queriesPerItem queries, head after head. width: 8 or 12 queries in the lanes; it changes no result. diagonal: query i sees key j iff j <= i + diagonal (S to see all).
 * mask: 0 or bytes, element (i, j) of a head at its maskOffset + i * maskRow + j * maskColumn; maskOffsets: [heads] u32.
 * q: [heads,L,D], k: [heads,S,D], v: [heads,S,Dv], output: [heads,L,Dv]; lse: 0 or [heads,L]; weights: 0 or
 * [heads,L,S], zeroed; workspace: attentionWorkspace(D, Dv) bytes.
 */
export function attention(
  begin: i32,
  end: i32,
  L: i32,
  S: i32,
  D: i32,
  Dv: i32,
  queriesPerItem: i32,
  width: i32,
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
  weights: usize,
  workspace: usize,
): void {
  const itemsPerHead = (L + queriesPerItem - 1) / queriesPerItem;
  for (let item = begin; item < end; item++) {
    const index = <usize>(item / itemsPerHead);
    const first = (item % itemsPerHead) * queriesPerItem;
    attendHead(
      first,
      min(L, first + queriesPerItem),
      S,
      D,
      Dv,
      width,
      scale,
      diagonal,
      maskRow,
      maskColumn,
      mask ? mask + <usize>load<u32>(maskOffsets + (index << 2)) : 0,
      q + ((index * L * D) << 2),
      k + ((index * S * D) << 2),
      v + ((index * S * Dv) << 2),
      output + ((index * L * Dv) << 2),
      lse ? lse + ((index * L) << 2) : 0,
      weights ? weights + ((index * L * S) << 2) : 0,
      workspace,
    );
  }
}

/**
 * Queries [queryBegin, queryEnd) of one head; the arguments as above, from the head's first element on.
 * q: [L,D], k: [S,D], v: [S,Dv], output: [L,Dv]; lse: 0 or [L]; weights: 0 or [L,S];
 * workspace: attentionWorkspace(D, Dv) bytes.
 */
function attendHead(
  queryBegin: i32,
  queryEnd: i32,
  S: i32,
  D: i32,
  Dv: i32,
  width: i32,
  scale: f32,
  diagonal: i32,
  maskRow: i32,
  maskColumn: i32,
  mask: usize,
  q: usize,
  k: usize,
  v: usize,
  output: usize,
  lse: usize,
  weights: usize,
  workspace: usize,
): void {
  // The micro-kernel's rows: keys of a score tile, values of an output tile.
  const rows = width === 12 ? 3 : 4;
  const padded = ((Dv + rows - 1) / rows) * rows;
  const keys = workspace;
  const values = keys + ((<usize>KEY_BLOCK * D) << 2);
  const tile = values + ((<usize>KEY_BLOCK * padded) << 2);
  const queries = tile + (((<usize>KEY_BLOCK + 3) * 12) << 2);
  const outputs = queries + ((<usize>QUERY_BLOCK * D) << 2);
  const statistics = outputs + ((<usize>QUERY_BLOCK * padded) << 2);
  for (let first = queryBegin; first < queryEnd; first += QUERY_BLOCK) {
    const count = min(queryEnd - first, QUERY_BLOCK);
    startQueries(count, width, D, padded, scale * LOG2_E, q + ((<usize>first * D) << 2), queries, outputs, statistics);
    // The last key any query of this block sees.
    const visible = min(S, max(0, first + count + diagonal));
    // The weights need the final maximum and sum of each query: a second pass over the keys.
    const passes = weights ? 2 : 1;
    for (let pass = 0; pass < passes; pass++) {
      for (let block = 0; block < visible; block += KEY_BLOCK) {
        const stored = min(visible - block, KEY_BLOCK);
        packKeys(stored, rows, D, k + ((<usize>block * D) << 2), keys);
        let guarded = false;
        if (!pass) {
          packValues(stored, rows, Dv, v + ((<usize>block * Dv) << 2), values);
          guarded = (mask !== 0 || block + stored > first + diagonal + 1) && hasNonFinite(stored * padded, values);
        }
        for (let panel = 0; panel < count; panel += width) {
          const lanes = min(count - panel, width);
          const query = first + panel;
          const n = min(stored, query + lanes + diagonal - block);
          if (n <= 0) continue;
          const queryPanel = queries + ((<usize>panel * D) << 2);
          const statisticsPanel = statistics + ((<usize>panel) << 3);
          if (width === 12) scoreTile12(n, D, keys, queryPanel, tile);
          else scoreTile8(n, D, keys, queryPanel, tile);
          hideFuture(n, width, query + diagonal - block, tile);
          if (mask) {
            const corner = mask + <usize>query * maskRow + <usize>block * maskColumn;
            hideMasked(n, lanes, width, corner, maskRow, maskColumn, tile);
          }
          if (pass) {
            const to = weights + ((<usize>query * S + block) << 2);
            writeWeights(n, lanes, width, tile, statisticsPanel, to, (<usize>S) << 2);
            continue;
          }
          const outputPanel = outputs + ((<usize>panel * padded) << 2);
          softmaxTile(n, width, padded, tile, statisticsPanel, outputPanel);
          if (guarded) accumulateGuarded(n, stored, width, rows, padded, values, tile, outputPanel);
          else if (width === 12) accumulateTile12(n, stored, padded, values, tile, outputPanel);
          else accumulateTile8(n, stored, padded, values, tile, outputPanel);
        }
      }
    }
    const to = output + ((<usize>first * Dv) << 2);
    finishQueries(count, width, Dv, padded, outputs, statistics, to, lse ? lse + ((<usize>first) << 2) : 0);
  }
}

/**
 * Packs scaled queries and clears their state. q: [count,D]; queries: panels [D][width]; outputs: panels [padded][width];
 * statistics: maxima [width], sums [width] a panel.
 */
function startQueries(
  count: i32,
  width: i32,
  D: i32,
  padded: i32,
  scale: f32,
  q: usize,
  queries: usize,
  outputs: usize,
  statistics: usize,
): void {
  const wide = f32x4.splat(scale);
  const whole = ((count + width - 1) / width) * width;
  for (let panel = 0; panel < count; panel += width) {
    const to = queries + ((<usize>panel * D) << 2);
    packPanel(width, min(count - panel, width), D, q + ((<usize>panel * D) << 2), D, 1, to);
    const state = statistics + ((<usize>panel) << 3);
    const half = (<usize>width) << 2;
    for (let at = state; at < state + half; at += 16) {
      v128.store(at, f32x4.splat(-Infinity));
      v128.store(at + half, f32x4.splat(0));
    }
  }
  const end = queries + ((<usize>whole * D) << 2);
  for (let at = queries; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), wide));
  memory.fill(outputs, 0, (<usize>whole * padded) << 2);
}

/**
 * Divides by the sums and leaves the panels. outputs: panels [padded][width]; statistics as in startQueries;
 * output: [count,Dv]; lse: 0 or [count].
 */
function finishQueries(
  count: i32,
  width: i32,
  Dv: i32,
  padded: i32,
  outputs: usize,
  statistics: usize,
  output: usize,
  lse: usize,
): void {
  const rowBytes = (<usize>width) << 2;
  for (let query = 0; query < count; query++) {
    const lane = (<usize>(query % width)) << 2;
    const panel = <usize>(query - (query % width));
    const state = statistics + (panel << 3) + lane;
    const sum = load<f32>(state + rowBytes);
    const inverse: f32 = sum === 0 ? 0 : 1 / sum;
    const from = outputs + ((panel * padded) << 2) + lane;
    const to = output + ((<usize>query * Dv) << 2);
    for (let e = 0; e < Dv; e++) store<f32>(to + ((<usize>e) << 2), load<f32>(from + <usize>e * rowBytes) * inverse);
    // Natural units: (maximum + log2 sum) ln 2. The sum is 0 where no key is visible: -Infinity + anything stays so.
    if (!lse) continue;
    const natural = load<f32>(state) * LN_2 + f32x4.extract_lane(log(f32x4.splat(sum)), 0);
    store<f32>(lse + ((<usize>query) << 2), natural);
  }
}
