import { packKeys, packValues } from './attention-pack';
import { accumulateTile, scoreTile } from './attention-product';
import {
  accumulateGuarded,
  hasNonFinite,
  hideFuture,
  hideMasked,
  inverseSum,
  softmaxTile,
  writeWeights,
} from './attention-tile';
import { log } from './lane';
import { packPanel } from './pack';

// Attention over key blocks with a running softmax: FlashAttention, Dao et al. 2022, algorithm 1, with queries in the
// SIMD lanes. A block of queries shares one packing of each key block; the workspace depends on D and Dv alone.

const KEY_BLOCK: i32 = 128;
const QUERY_BLOCK: i32 = 512;
const PANELS: i32 = 64;
const LOG2_E: f32 = 1.4426950408889634;
const LN_2: f32 = 0.6931471805599453;

/** Bytes of workspace that `attention` needs, at any L and S. */
export function attentionWorkspace(D: i32, Dv: i32): usize {
  const Dv4 = (Dv + 3) & ~3;
  const block = KEY_BLOCK * (D + Dv4);
  const tile = (KEY_BLOCK + 1) * 8;
  return (<usize>(block + tile + PANELS * (8 * D + 8 * Dv4 + 16))) << 2;
}

/**
 * Queries [begin, end), counted through all heads. diagonal: query i sees key j iff j <= i + diagonal (S to see all).
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
  for (let row = begin; row < end; ) {
    const head = row / L;
    const first = row % L;
    const last = min(L, first + end - row);
    const index = <usize>head;
    attendHead(
      first,
      last,
      S,
      D,
      Dv,
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
    row += last - first;
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
  const Dv4 = (Dv + 3) & ~3;
  const keys = workspace;
  const values = keys + ((<usize>KEY_BLOCK * D) << 2);
  const tile = values + ((<usize>KEY_BLOCK * Dv4) << 2);
  const queries = tile + (((<usize>KEY_BLOCK + 1) * 8) << 2);
  const outputs = queries + ((<usize>PANELS * 8 * D) << 2);
  const statistics = outputs + ((<usize>PANELS * 8 * Dv4) << 2);
  for (let first = queryBegin; first < queryEnd; first += QUERY_BLOCK) {
    const count = min(queryEnd - first, QUERY_BLOCK);
    startQueries(count, D, Dv4, scale * LOG2_E, q + ((<usize>first * D) << 2), queries, outputs, statistics);
    // The last key any query of this block sees.
    const visible = min(S, max(0, first + count + diagonal));
    // The weights need the final maximum and sum of each query: a second pass over the keys.
    const passes = weights ? 2 : 1;
    for (let pass = 0; pass < passes; pass++) {
      for (let block = 0; block < visible; block += KEY_BLOCK) {
        const stored = min(visible - block, KEY_BLOCK);
        packKeys(stored, D, k + ((<usize>block * D) << 2), keys);
        let guarded = false;
        if (!pass) {
          packValues(stored, Dv, v + ((<usize>block * Dv) << 2), values);
          guarded = (mask !== 0 || block + stored > first + diagonal + 1) && hasNonFinite(stored * Dv4, values);
        }
        for (let panel = 0; panel < count; panel += 8) {
          const lanes = min(count - panel, 8);
          const query = first + panel;
          const n = min(stored, query + lanes + diagonal - block);
          if (n <= 0) continue;
          const queryPanel = queries + ((<usize>panel * D) << 2);
          const statisticsPanel = statistics + ((<usize>panel) << 3);
          scoreTile(n, D, keys, queryPanel, tile);
          hideFuture(n, query + diagonal - block, tile);
          if (mask) {
            const corner = mask + <usize>query * maskRow + <usize>block * maskColumn;
            hideMasked(n, lanes, corner, maskRow, maskColumn, tile);
          }
          if (pass) {
            const to = weights + ((<usize>query * S + block) << 2);
            writeWeights(n, lanes, tile, statisticsPanel, to, (<usize>S) << 2);
            continue;
          }
          const outputPanel = outputs + ((<usize>panel * Dv4) << 2);
          softmaxTile(n, Dv4, tile, statisticsPanel, outputPanel);
          if (guarded) accumulateGuarded(n, stored, Dv4, values, tile, outputPanel);
          else accumulateTile(n, stored, Dv4, values, tile, outputPanel);
        }
      }
    }
    const to = output + ((<usize>first * Dv) << 2);
    finishQueries(count, Dv, outputs, statistics, to, lse ? lse + ((<usize>first) << 2) : 0);
  }
}

/** Packs scaled queries and clears their state. q: [count,D]; queries: panels [D][8]; outputs: [Dv4][8]; statistics: [16]. */
function startQueries(
  count: i32,
  D: i32,
  Dv4: i32,
  scale: f32,
  q: usize,
  queries: usize,
  outputs: usize,
  statistics: usize,
): void {
  const wide = f32x4.splat(scale);
  const panels = (count + 7) >> 3;
  for (let panel = 0; panel < panels; panel++) {
    const to = queries + ((<usize>panel * D) << 5);
    packPanel(8, min(count - (panel << 3), 8), D, q + ((<usize>panel * D) << 5), D, 1, to);
    const state = statistics + ((<usize>panel) << 6);
    v128.store(state, f32x4.splat(-Infinity));
    v128.store(state, f32x4.splat(-Infinity), 16);
    v128.store(state, f32x4.splat(0), 32);
    v128.store(state, f32x4.splat(0), 48);
  }
  const end = queries + ((<usize>panels * D) << 5);
  for (let at = queries; at < end; at += 16) v128.store(at, f32x4.mul(v128.load(at), wide));
  memory.fill(outputs, 0, (<usize>panels * Dv4) << 5);
}

/** Divides by the sums and leaves the panels. outputs: panels [Dv4][8]; statistics: [16]; output: [count,Dv]; lse: 0 or [count]. */
function finishQueries(count: i32, Dv: i32, outputs: usize, statistics: usize, output: usize, lse: usize): void {
  const Dv4 = (Dv + 3) & ~3;
  for (let panel = 0; panel < count; panel += 8) {
    const lanes = min(count - panel, 8);
    const state = statistics + ((<usize>panel) << 3);
    const from = outputs + ((<usize>panel * Dv4) << 2);
    const inverse0 = inverseSum(v128.load(state, 32));
    const inverse1 = inverseSum(v128.load(state, 48));
    for (let e = 0; e < Dv; e++) {
      const row = from + ((<usize>e) << 5);
      v128.store(row, f32x4.mul(v128.load(row), inverse0));
      v128.store(row, f32x4.mul(v128.load(row, 16), inverse1), 16);
      const to = output + ((<usize>panel * Dv + e) << 2);
      for (let lane = 0; lane < lanes; lane++) {
        store<f32>(to + ((<usize>lane * Dv) << 2), load<f32>(row + ((<usize>lane) << 2)));
      }
    }
    if (!lse) continue;
    // Natural units: (maximum + log2 sum) ln 2. The sum is 0 where no key is visible: -Infinity + anything stays so.
    for (let lane = 0; lane < lanes; lane++) {
      const top = load<f32>(state + ((<usize>lane) << 2));
      const sum = v128.load32_splat(state + 32 + ((<usize>lane) << 2));
      const natural = top * LN_2 + f32x4.extract_lane(log(sum), 0);
      store<f32>(lse + ((<usize>panel + lane) << 2), natural);
    }
  }
}
