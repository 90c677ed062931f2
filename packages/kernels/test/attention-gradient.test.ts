import { describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, type Tensor } from '../src/index.js';

// The reference gradient against central differences of the reference forward pass: the loss is a fixed combination of
// output and lse.

const [L, S, D, Dv] = [4, 5, 3, 2];
const wave = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.fround(Math.sin(1.7 * i + seed)));
const inputs = { q: wave(L * D, 1), k: wave(S * D, 2), v: wave(S * Dv, 3) };
const [dOutput, dLse] = [wave(L * Dv, 4), wave(L, 5)];
const shapes = { q: [L, D], k: [S, D], v: [S, Dv] } as const;
const options = { scale: 0.8, queryOffset: 1 };

function forward(backend: Backend, values: typeof inputs) {
  const [q, k, v] = (['q', 'k', 'v'] as const).map((name) => backend.tensor(values[name], shapes[name])) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const { output, lse } = backend.attention(q, k, v, { ...options, returnLse: true });
  return { q, k, v, output, lse: lse as Tensor };
}

function loss(backend: Backend, values: typeof inputs): number {
  const { output, lse } = forward(backend, values);
  const [o, l] = [output.dataSync(), lse.dataSync()];
  const weigh = (weights: Float32Array, of: ArrayLike<number>) =>
    weights.reduce((sum, weight, i) => sum + weight * (of[i] as number), 0);
  return weigh(dOutput, o) + weigh(dLse, l);
}

describe('attentionGradients', () => {
  it.each(['q', 'k', 'v'] as const)('d %s equals central differences', async (name) => {
    const backend = await createReferenceBackend();
    const { q, k, v, output, lse } = forward(backend, inputs);
    const gradients = backend.attentionGradients(backend.tensor(dOutput, [L, Dv]), q, k, v, output, lse, {
      ...options,
      dLse: backend.tensor(dLse, [L]),
    });
    const slope = gradients[name].dataSync();
    // Results are float32: steps of 2^-8 leave a rounding error near 1e-5 and a truncation error of the same size.
    const step = 2 ** -8;
    inputs[name].forEach((value, i) => {
      const at = (x: number) => loss(backend, { ...inputs, [name]: inputs[name].map((old, j) => (j === i ? x : old)) });
      const difference = (at(value + step) - at(value - step)) / (2 * step);
      expect(Math.abs(difference - (slope[i] as number))).toBeLessThan(2e-4);
    });
    backend.dispose();
  });
});
