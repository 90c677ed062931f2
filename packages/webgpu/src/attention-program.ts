import { lanes } from './program.js';

/** Queries, keys and head-size or value columns handled at once. */
export const tile = 32;
/** Tiles of value columns that a workgroup keeps in registers; a wider v is split among workgroups. */
export const mostChunks = 4;

/** Uniforms of both programs. `diagonal`: key j is visible to query i iff j <= i + diagonal. */
export const uniforms = `batch : i32, queries : i32, keys : i32, headSize : i32, valueSize : i32, scale : f32,
  diagonal : i32, maskRow : i32, maskColumn : i32, columnBlocks : i32,`;

const pad = tile + 1;
const half = tile / 2;

// Thread (ty, tx) of 8 x 8 owns rows 4 ty .. 4 ty + 3 and columns tx, tx + 8, tx + 16, tx + 24 of a 32 x 32 tile. Rows of
// a tile lie 33 elements apart so that neighbouring threads meet different memory banks.
const scores = (masked: boolean) => `
const lowest = -0x1.fffffep+127f;
var<workgroup> queryTile : array<f32, ${tile * pad}>;
var<workgroup> keyTile : array<f32, ${tile * pad}>;
var<workgroup> scoreTile : array<f32, ${tile * pad}>;

fn isVisible(b : i32, i : i32, j : i32) -> bool {
  if (i >= uniforms.queries || j >= uniforms.keys || j > i + uniforms.diagonal) { return false; }
  ${masked ? 'return mask[maskStart[b] + i * uniforms.maskRow + j * uniforms.maskColumn] != 0;' : 'return true;'}
}

// scoreTile = scale q k^T for queries i0.. and keys j0.., the lowest float where hidden. Ends with a barrier.
fn computeScores(b : i32, i0 : i32, j0 : i32) {
  let lane = i32(localIndex);
  let tx = lane % 8;
  let ty = lane / 8;
  var sums : array<vec4<f32>, 4>;
  for (var d0 = 0; d0 < uniforms.headSize; d0 += ${tile}) {
    for (var n = lane; n < ${tile * tile}; n += ${lanes}) {
      let r = n / ${tile};
      let d = d0 + n % ${tile};
      var query = 0.0;
      var key = 0.0;
      if (d < uniforms.headSize) {
        if (i0 + r < uniforms.queries) { query = q[(b * uniforms.queries + i0 + r) * uniforms.headSize + d]; }
        if (j0 + r < uniforms.keys) { key = k[(b * uniforms.keys + j0 + r) * uniforms.headSize + d]; }
      }
      queryTile[r * ${pad} + n % ${tile}] = query;
      keyTile[r * ${pad} + n % ${tile}] = key;
    }
    workgroupBarrier();
    for (var d = 0; d < ${tile}; d++) {
      let c = tx * ${pad} + d;
      let key = vec4<f32>(keyTile[c], keyTile[c + ${8 * pad}], keyTile[c + ${16 * pad}], keyTile[c + ${24 * pad}]);
      for (var n = 0; n < 4; n++) { sums[n] += queryTile[(4 * ty + n) * ${pad} + d] * key; }
    }
    workgroupBarrier();
  }
  for (var n = 0; n < 4; n++) {
    for (var c = 0; c < 4; c++) {
      let r = 4 * ty + n;
      let column = tx + 8 * c;
      scoreTile[r * ${pad} + column] = select(lowest, uniforms.scale * sums[n][c], isVisible(b, i0 + r, j0 + column));
    }
  }
  workgroupBarrier();
}`;

/**
 * Online softmax (Milakov and Gimelshein 2018) over key tiles (Dao et al. 2022, algorithm 1). A workgroup computes 32
 * queries by `chunks` x 32 value columns. With `statistics`, the result is [output | lse | largest score | 1 / sum],
 * each row of the last three one number.
 *
 * A hidden or -Infinity score has weight 0. While v holds finite numbers only, a weight of 0 times v is 0; from the first
 * NaN or infinity on, products with weight 0 are left out instead.
 */
export const outputCode = (masked: boolean, chunks: number, statistics: boolean): string => `
${scores(masked)}
var<workgroup> halves : array<f32, ${lanes}>;
var<workgroup> decay : array<f32, ${tile}>;
var<workgroup> lastKey : i32;
var<workgroup> spoiled : atomic<u32>;

fn main(index : i32) {
  let lane = i32(localIndex);
  let tx = lane % 8;
  let ty = lane / 8;
  let rowTiles = (uniforms.queries + ${tile - 1}) / ${tile};
  let group = index / ${lanes};
  let column0 = (group % uniforms.columnBlocks) * ${chunks * tile};
  let i0 = ((group / uniforms.columnBlocks) % rowTiles) * ${tile};
  let b = group / (uniforms.columnBlocks * rowTiles);
  // The loop over the keys has barriers: its bound has to be the same for, and known to be the same for, all threads.
  if (lane == 0) {
    let end = min(i0 + ${tile}, uniforms.queries) + uniforms.diagonal;
    lastKey = select(0, min(end, uniforms.keys), b < uniforms.batch);
  }
  let end = workgroupUniformLoad(&lastKey);

  // The running softmax of row lane / 2, each of its two threads scanning half of a key tile.
  let row = lane / 2;
  let from0 = row * ${pad} + (lane % 2) * ${half};
  var largest = lowest;
  var sum = 0.0;
  var sums : array<array<vec4<f32>, 4>, ${chunks}>;
  for (var j0 = 0; j0 < end; j0 += ${tile}) {
    computeScores(b, i0, j0);
    var top = largest;
    for (var c = from0; c < from0 + ${half}; c++) { top = max(top, scoreTile[c]); }
    halves[lane] = top;
    workgroupBarrier();
    top = max(halves[2 * row], halves[2 * row + 1]);
    let shrink = exp(largest - top);
    largest = top;
    sum *= shrink;
    for (var c = from0; c < from0 + ${half}; c++) {
      let score = scoreTile[c];
      let weight = select(exp(score - top), 0.0, score <= lowest);
      scoreTile[c] = weight;
      sum += weight;
    }
    decay[row] = shrink;
    workgroupBarrier();
    for (var n = 0; n < 4; n++) {
      let factor = decay[4 * ty + n];
      for (var c = 0; c < ${chunks}; c++) { sums[c][n] *= factor; }
    }
    for (var c = 0; c < ${chunks}; c++) {
      for (var n = lane; n < ${tile * tile}; n += ${lanes}) {
        let j = j0 + n / ${tile};
        let column = column0 + c * ${tile} + n % ${tile};
        var value = 0.0;
        if (j < uniforms.keys && column < uniforms.valueSize) {
          value = v[(b * uniforms.keys + j) * uniforms.valueSize + column];
          if ((bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u) { atomicOr(&spoiled, 1u); }
        }
        keyTile[(n / ${tile}) * ${pad} + n % ${tile}] = value;
      }
      workgroupBarrier();
      let finite = atomicLoad(&spoiled) == 0u;
      for (var j = 0; j < ${tile}; j++) {
        let e = j * ${pad} + tx;
        let value = vec4<f32>(keyTile[e], keyTile[e + 8], keyTile[e + 16], keyTile[e + 24]);
        for (var n = 0; n < 4; n++) {
          let weight = scoreTile[(4 * ty + n) * ${pad} + j];
          if (finite || weight != 0.0) { sums[c][n] += weight * value; }
        }
      }
      workgroupBarrier();
    }
  }

  halves[lane] = sum;
  workgroupBarrier();
  if (b < uniforms.batch) {
    for (var n = 0; n < 4; n++) {
      let r = 4 * ty + n;
      let total = halves[2 * r] + halves[2 * r + 1];
      let inverse = select(1.0 / total, 0.0, total == 0.0);
      let start = (b * uniforms.queries + i0 + r) * uniforms.valueSize;
      for (var c = 0; c < ${chunks}; c++) {
        for (var m = 0; m < 4; m++) {
          let column = column0 + c * ${tile} + tx + 8 * m;
          if (i0 + r < uniforms.queries && column < uniforms.valueSize) {
            result[start + column] = sums[c][n][m] * inverse;
          }
        }
      }
    }
    ${statistics ? storeStatistics : ''}
  }
}`;

const storeStatistics = `
    if (column0 == 0 && lane % 2 == 0 && i0 + row < uniforms.queries) {
      let total = halves[2 * row] + halves[2 * row + 1];
      let rows = uniforms.batch * uniforms.queries;
      let at = rows * uniforms.valueSize + b * uniforms.queries + i0 + row;
      result[at] = select(largest + log(total), -uniforms.INFINITY, total == 0.0);
      result[at + rows] = largest;
      result[at + 2 * rows] = select(1.0 / total, 0.0, total == 0.0);
    }`;

/** Weights [batch, L, S] from the `statistics` that {@link outputCode} wrote; a workgroup computes one 32 x 32 tile. */
export const weightsCode = (masked: boolean): string => `
${scores(masked)}
fn main(index : i32) {
  let lane = i32(localIndex);
  let rowTiles = (uniforms.queries + ${tile - 1}) / ${tile};
  let keyTiles = (uniforms.keys + ${tile - 1}) / ${tile};
  let group = index / ${lanes};
  let j0 = (group % keyTiles) * ${tile};
  let i0 = ((group / keyTiles) % rowTiles) * ${tile};
  let b = group / (keyTiles * rowTiles);
  computeScores(min(b, uniforms.batch - 1), i0, j0);
  let rows = uniforms.batch * uniforms.queries;
  for (var n = lane; n < ${tile * tile}; n += ${lanes}) {
    let r = n / ${tile};
    let i = i0 + r;
    let j = j0 + n % ${tile};
    if (b < uniforms.batch && i < uniforms.queries && j < uniforms.keys) {
      let at = rows * uniforms.valueSize + rows + b * uniforms.queries + i;
      let score = scoreTile[r * ${pad} + n % ${tile}];
      let weight = exp(score - statistics[at]) * statistics[at + rows];
      result[(b * uniforms.queries + i) * uniforms.keys + j] = select(weight, 0.0, score <= lowest);
    }
  }
}`;
