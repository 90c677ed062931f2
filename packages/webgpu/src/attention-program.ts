import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

/** What one attention program writes: the output [N, L, Dv], the log-sum-exp [N, L], or the weights [N, L, S]. */
export type AttentionPart = 'output' | 'lse' | 'weights';

/** Sizes that are compiled into a program; N is the product of the leading dimensions. */
export interface AttentionSizes {
  N: number;
  L: number;
  S: number;
  D: number;
  Dv: number;
  masked: boolean;
}

/** Queries of one workgroup, each in a thread of its own. */
const threads = 64;
/** Floats of keys and values that one workgroup holds: the 16 KiB that every device offers. */
const sharedFloats = 4096;
/** The most workgroups along one axis that every device offers. */
const mostWorkgroups = 65535;

/** Keys of a tile: as many as fit beside their values, at most 32. 0: not even one fits. */
export const keysPerTile = (D: number, Dv: number): number =>
  Math.min(32, Math.floor(sharedFloats / Math.max(1, D + Dv)));

/**
 * Attention for one query per thread over tiles of keys and values in workgroup memory, with a running maximum and sum, so
 * that no [L, S] matrix exists. Causal masking by queryOffset and a boolean mask by strides; a hidden key takes no part in any
 * arithmetic. q [N, L, D], k [N, S, D], v [N, S, Dv]; mask int32 in its own shape, flat; offsets int32 [N] into it.
 * Source: Dao et al. 2022 (FlashAttention), algorithm 1; Milakov and Gimelshein 2018.
 */
export class AttentionProgram implements WebGPUProgram {
  readonly variableNames: string[];
  readonly workgroupSize: [number, number, number] = [threads, 1, 1];
  readonly dispatchLayout = { x: [2], y: [1], z: [0] };
  readonly uniforms =
    'scale : f32, queryOffset : i32, queries : i32, keys : i32, groups : i32, maskRow : i32, maskColumn : i32,';
  readonly outputShape: number[];
  readonly dispatch: [number, number, number];
  shaderKey: string;

  constructor(
    readonly part: AttentionPart,
    readonly sizes: AttentionSizes,
  ) {
    const { N, L, S, D, Dv, masked } = sizes;
    // A binding that the source does not read would not be part of the pipeline's layout.
    const own = { output: ['v'], lse: [], weights: ['lse'] }[part];
    this.variableNames = ['q', 'k', ...(masked ? ['mask', 'offsets'] : []), ...own];
    this.outputShape = { output: [N, L, Dv], lse: [N, L, 1], weights: [N, L, S] }[part];
    const rows = Math.min(N, mostWorkgroups);
    this.dispatch = [Math.ceil(L / threads), rows, Math.ceil(N / rows)];
    // tfjs keeps pipelines by this key, so it names every number that the source below has in it.
    this.shaderKey = `dlv_attention_${part}_${D}_${Dv}_${masked}`;
  }

  getUserCode(): string {
    const { D, Dv, masked } = this.sizes;
    const T = keysPerTile(D, Dv);
    const readsValues = this.part === 'output';
    return `
const T = ${T};
const D = ${D};
const Dv = ${Dv};
var<workgroup> keyTile : array<f32, ${Math.max(1, T * D)}>;
${readsValues ? `var<workgroup> valueTile : array<f32, ${Math.max(1, T * Dv)}>;` : ''}

fn visible(group : i32, row : i32, key : i32) -> bool {
  if (key >= uniforms.keys || key > row + uniforms.queryOffset) { return false; }
  ${masked ? 'return mask[offsets[group] + row * uniforms.maskRow + key * uniforms.maskColumn] != 0;' : 'return true;'}
}

fn main() {
  let thread = i32(localId.x);
  let row = i32(workgroupId.x) * ${threads} + thread;
  let group = i32(workgroupId.z) * i32(numWorkgroups.y) + i32(workgroupId.y);
  let inside = row < uniforms.queries && group < uniforms.groups;
  // Threads outside still load tiles, from a place that exists, since all must meet at the barriers.
  let place = min(group, uniforms.groups - 1);
  var query : array<f32, ${Math.max(1, D)}>;
  if (inside) {
    for (var d = 0; d < D; d++) { query[d] = q[(group * uniforms.queries + row) * D + d] * uniforms.scale; }
  }
  var score : array<f32, ${T}>;
  var seen : array<bool, ${T}>;
  ${this.#declarations()}
  for (var base = 0; base < uniforms.keys; base += T) {
    for (var e = thread; e < T * D; e += ${threads}) {
      if (base + e / D < uniforms.keys) { keyTile[e] = k[(place * uniforms.keys + base) * D + e]; }
    }
    ${
      readsValues && Dv > 0
        ? `for (var e = thread; e < T * Dv; e += ${threads}) {
      if (base + e / Dv < uniforms.keys) { valueTile[e] = v[(place * uniforms.keys + base) * Dv + e]; }
    }`
        : ''
    }
    workgroupBarrier();
    if (inside) {
      for (var j = 0; j < T; j++) {
        seen[j] = visible(group, row, base + j);
        if (seen[j]) {
          var sum = 0.0;
          for (var d = 0; d < D; d++) { sum += query[d] * keyTile[j * D + d]; }
          score[j] = sum;
        }
      }
      ${this.#tile()}
    }
    workgroupBarrier();
  }
  if (inside) {
    ${this.#write()}
  }
}`;
  }

  #declarations(): string {
    if (this.part === 'weights') return 'let rowLse = select(0.0, lse[place * uniforms.queries + row], inside);';
    const accumulator = this.part === 'output' ? `var weighted : array<f32, ${Math.max(1, this.sizes.Dv)}>;` : '';
    return `var largest = 0.0; var total = 0.0; var any = false; ${accumulator}`;
  }

  /** What happens to the scores of one tile. */
  #tile(): string {
    if (this.part === 'weights') {
      return `for (var j = 0; j < T; j++) {
        if (base + j < uniforms.keys) {
          var weight = 0.0;
          if (seen[j]) { weight = exp(score[j] - rowLse); }
          result[(group * uniforms.queries + row) * uniforms.keys + base + j] = weight;
        }
      }`;
    }
    const weighs = this.part === 'output';
    return `var tileLargest = largest;
      var tileAny = any;
      for (var j = 0; j < T; j++) {
        if (seen[j]) {
          if (!tileAny || score[j] > tileLargest) { tileLargest = score[j]; }
          tileAny = true;
        }
      }
      if (tileAny) {
        if (any && tileLargest != largest) {
          let shrink = exp(largest - tileLargest);
          total *= shrink;
          ${weighs ? 'for (var d = 0; d < Dv; d++) { weighted[d] *= shrink; }' : ''}
        }
        largest = tileLargest;
        any = true;
        for (var j = 0; j < T; j++) {
          if (seen[j]) {
            let weight = exp(score[j] - largest);
            total += weight;
            ${weighs ? 'for (var d = 0; d < Dv; d++) { weighted[d] += weight * valueTile[j * Dv + d]; }' : ''}
          }
        }
      }`;
  }

  #write(): string {
    if (this.part === 'output') {
      return `let inverse = select(0.0, 1.0 / total, any);
    for (var d = 0; d < Dv; d++) { result[(group * uniforms.queries + row) * Dv + d] = weighted[d] * inverse; }`;
    }
    if (this.part === 'lse')
      return 'result[group * uniforms.queries + row] = select(-uniforms.INFINITY, largest + log(total), any);';
    return '';
  }
}
