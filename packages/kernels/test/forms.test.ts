import { describe, expect, it } from 'vitest';
import { createWasmBackend, type Tensor } from '../src/index.js';
import type { WasmCore } from '../src/wasm/core.js';
import { FastestChoice } from '../src/wasm/fastest-choice.js';

// A backend picks the fastest of several forms of a kernel by timing; which one it is must not show in a result.

const wave = (size: number, seed: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.37 + seed));
const text = (tensor: Tensor) => Buffer.from(tensor.dataSync().buffer).toString('base64');

describe.each(['fast', 'reproducible'] as const)('numerics %s', (numerics) => {
  it.each([
    [97, 101, 103],
    [12, 24, 300],
    [13, 31, 17],
    [400, 40, 9],
    [385, 1010, 20],
  ])('gemm %d x %d x %d: the same bits by every tile', async (M, N, K) => {
    const results = [];
    for (const tile of [3, 4, 6] as const) {
      using backend = await createWasmBackend({ numerics, threads: 1 });
      Object.assign(backend, { tiles: new FastestChoice([tile]) } satisfies Partial<Record<keyof WasmCore, unknown>>);
      const [a, b] = [backend.tensor(wave(M * K, 1), [M, K]), backend.tensor(wave(K * N, 2), [N, K])];
      results.push(text(backend.gemm(a, b, { transposeB: true })));
    }
    expect(new Set(results).size).toBe(1);
  });

  it.each([
    [9, 13, 8, 5],
    [200, 300, 24, 33],
    [600, 140, 64, 64],
  ])('attention, %d queries, %d keys: the same bits for panels of 8 and of 12', async (L, S, D, Dv) => {
    const results = [];
    for (const width of [8, 12] as const) {
      using backend = await createWasmBackend({ numerics, threads: 1 });
      Object.assign(backend, { widths: new FastestChoice([width]) } satisfies Partial<Record<keyof WasmCore, unknown>>);
      const q = backend.tensor(wave(L * D, 1), [L, D]);
      const k = backend.tensor(wave(S * D, 2), [S, D]);
      const v = backend.tensor(wave(S * Dv, 3), [S, Dv]);
      const mask = backend.tensor(
        Uint8Array.from({ length: L * S }, (_, i) => (i % 7 === 3 ? 0 : 1)),
        [L, S],
      );
      const options = { queryOffset: 3, mask, returnLse: true, returnWeights: true };
      const { output, lse, weights } = backend.attention(q, k, v, options);
      results.push([output, lse as Tensor, weights as Tensor].map(text).join());
    }
    expect(new Set(results).size).toBe(1);
  });
});
