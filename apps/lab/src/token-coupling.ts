import { scaledDotProductAttention } from '@dlv/attention';
import type { Backend } from '@dlv/kernels';
import { normals, randomStream } from './random.js';

/** How one layer's output depends on the tokens it is given. */
export interface Coupling {
  /** Largest change of the outputs of the other tokens when one token is changed; 0: the layer acts per token. */
  others: number;
  /** Change of the changed token's own output. */
  own: number;
  /** Largest difference between the layer on all tokens and the layer on each token alone; 0: tokens can run apart. */
  alone: number;
}

const tokenCount = 8;
const tokenWidth = 16;
const changed = 5;

/** A layer maps tokens [t, n], row-major, to tokens [t, n]. */
type Layer = (tokens: Float32Array) => Float32Array;

/** Measures {@link Coupling} of attention, feed-forward, layer and batch normalisation on seeded random tokens. */
export function couplings(backend: Backend): Record<'attention' | 'feedForward' | 'layerNorm' | 'batchNorm', Coupling> {
  const random = randomStream(8);
  const tokens = normals(random, tokenCount * tokenWidth);
  const up = normals(random, tokenWidth * 4 * tokenWidth, 0.25);
  const down = normals(random, 4 * tokenWidth * tokenWidth, 0.125);
  return {
    attention: coupling(attention(backend), tokens),
    feedForward: coupling(feedForward(backend, up, down), tokens),
    layerNorm: coupling(layerNorm, tokens),
    batchNorm: coupling(batchNorm, tokens),
  };
}

function coupling(layer: Layer, tokens: Float32Array): Coupling {
  const moved = tokens.slice();
  for (let i = 0; i < tokenWidth; i++) moved[changed * tokenWidth + i]! += i % 2 === 0 ? 1 : -0.5;

  const [before, after] = [layer(tokens), layer(moved)];
  const result = { others: 0, own: 0, alone: 0 };
  for (let token = 0; token < tokenCount; token++) {
    const [from, to] = [token * tokenWidth, (token + 1) * tokenWidth];
    const change = largestDifference(before.subarray(from, to), after.subarray(from, to));
    if (token === changed) result.own = change;
    else result.others = Math.max(result.others, change);
    const apart = largestDifference(before.subarray(from, to), layer(tokens.slice(from, to)));
    result.alone = Math.max(result.alone, apart);
  }
  return result;
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);

/** Self-attention with q = k = v, one head. Vaswani et al. 2017, eq. 1. */
const attention =
  (backend: Backend): Layer =>
  (tokens) =>
    backend.scope(() => {
      const x = backend.tensor(tokens, [tokens.length / tokenWidth, tokenWidth]);
      return { values: Float32Array.from(scaledDotProductAttention(x, x, x).output.dataSync()) };
    }).values;

/** max(0, x W1) W2. Vaswani et al. 2017, eq. 2, without biases. */
const feedForward =
  (backend: Backend, up: Float32Array, down: Float32Array): Layer =>
  (tokens) =>
    backend.scope(() => {
      const rows = tokens.length / tokenWidth;
      const hidden = backend
        .gemm(backend.tensor(tokens, [rows, tokenWidth]), backend.tensor(up, [tokenWidth, 4 * tokenWidth]))
        .dataSync();
      const active = Float32Array.from(hidden, (value) => Math.max(0, value));
      const output = backend.gemm(
        backend.tensor(active, [rows, 4 * tokenWidth]),
        backend.tensor(down, [4 * tokenWidth, tokenWidth]),
      );
      return { values: Float32Array.from(output.dataSync()) };
    }).values;

/** Each token over its own features. Ba, Kiros and Hinton 2016, eq. 3, without gain and bias. */
const layerNorm: Layer = (tokens) => normalised(tokens, (token, feature) => token * tokenWidth + feature, 'token');

/** Each feature over all tokens, training mode. Ioffe and Szegedy 2015, algorithm 1, without gain and bias. */
const batchNorm: Layer = (tokens) => normalised(tokens, (token, feature) => token * tokenWidth + feature, 'feature');

function normalised(
  tokens: Float32Array,
  at: (token: number, feature: number) => number,
  per: 'token' | 'feature',
): Float32Array {
  const rows = tokens.length / tokenWidth;
  const [groups, members] = per === 'token' ? [rows, tokenWidth] : [tokenWidth, rows];
  const output = new Float32Array(tokens.length);
  for (let group = 0; group < groups; group++) {
    const places = Array.from({ length: members }, (_, i) => (per === 'token' ? at(group, i) : at(i, group)));
    const mean = places.reduce((sum, place) => sum + tokens[place]!, 0) / members;
    const variance = places.reduce((sum, place) => sum + (tokens[place]! - mean) ** 2, 0) / members;
    for (const place of places) output[place] = (tokens[place]! - mean) / Math.sqrt(variance + 1e-5);
  }
  return output;
}
