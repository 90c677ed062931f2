import { type Backend, createReferenceBackend, createWasmBackend } from '@dlv/kernels';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScaledDotProductAttentionOptions, scaledDotProductAttention } from '../src/index.js';

const wave = (size: number, phase: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(1.7 * i + phase));

describe.each([
  { name: 'reference', create: () => createReferenceBackend() },
  { name: 'wasm', create: () => createWasmBackend() },
])('scaledDotProductAttention on $name', ({ create }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await create();
  });
  afterAll(() => backend.dispose());

  const run = (options: ScaledDotProductAttentionOptions, L = 3, S = 5) =>
    backend.scope(() => {
      const q = backend.tensor(wave(2 * L * 4, 0), [1, 2, L, 4]);
      const k = backend.tensor(wave(2 * S * 4, 1), [1, 2, S, 4]);
      const v = backend.tensor(wave(2 * S * 6, 2), [1, 2, S, 6]);
      const { output, lse, weights } = scaledDotProductAttention(q, k, v, {
        ...options,
        returnLse: true,
        returnWeights: true,
      });
      return {
        output: output.dataSync(),
        lse: lse!.dataSync(),
        weights: weights!.dataSync() as Float32Array,
        shape: output.shape,
      };
    });

  it('keeps batch and heads and gives weights that sum to 1', () => {
    const { shape, weights } = run({});
    expect(shape).toEqual([1, 2, 3, 6]);
    for (let row = 0; row < 6; row++) {
      const sum = weights.slice(row * 5, row * 5 + 5).reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(1, 6);
    }
  });

  it('returns lse and weights only on request', () => {
    backend.scope(() => {
      const [q, k, v] = [0, 1, 2].map((phase) => backend.tensor(wave(8, phase), [2, 4]));
      expect(Object.keys(scaledDotProductAttention(q!, k!, v!))).toEqual(['output']);
      expect(Object.keys(scaledDotProductAttention(q!, k!, v!, { returnLse: true }))).toEqual(['output', 'lse']);
    });
  });

  it('scale changes the result; the default is 1/sqrt(D)', () => {
    expect(run({ scale: 0.5 })).toEqual(run({}));
    expect(run({ scale: 0.7 }).output).not.toEqual(run({}).output);
  });

  it("causal 'top-left' lets query i see keys 0..i, 'bottom-right' 0..i + S - L", () => {
    const visible = (causal: 'top-left' | 'bottom-right') =>
      Array.from({ length: 3 }, (_, i) =>
        run({ causal })
          .weights.slice(i * 5, i * 5 + 5)
          .reduce((n, w) => n + (w > 0 ? 1 : 0), 0),
      );
    expect(visible('top-left')).toEqual([1, 2, 3]);
    expect(visible('bottom-right')).toEqual([3, 4, 5]);
  });

  it('bottom-right with more queries than keys leaves the first queries nothing: output 0, lse -Infinity', () => {
    const { output, lse, weights } = run({ causal: 'bottom-right' }, 5, 3);
    expect([...output.slice(0, 12)]).toEqual(new Array(12).fill(0));
    expect([...lse.slice(0, 2)]).toEqual([-Infinity, -Infinity]);
    expect([...weights.slice(0, 6)]).toEqual(new Array(6).fill(0));
  });

  it('mask hides keys and composes with causal', () => {
    const mask = backend.tensor([true, false, true, true, true], [5]);
    const { weights } = run({ mask, causal: 'top-left' });
    expect([...weights.slice(5, 10)].map((w) => w > 0)).toEqual([true, false, false, false, false]);
    mask.dispose();
  });

  it('names what is wrong', () => {
    backend.scope(() => {
      const x = backend.tensor(wave(8, 0), [2, 4]);
      expect(() => scaledDotProductAttention(x, x, x, { causal: true as never })).toThrow(
        "scaledDotProductAttention: causal must be 'top-left' or 'bottom-right', got true",
      );
      expect(() => scaledDotProductAttention(x, x, x, { isCausal: true } as never)).toThrow(
        "unknown option 'isCausal'",
      );
      expect(() => scaledDotProductAttention(x, x, [1] as never)).toThrow('v must be a Tensor');
    });
  });
});
