import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import {
  type Backend,
  createReferenceBackend,
  createWasmBackend,
  type HalfDataType,
  type OperatorName,
  type Tensor,
} from '../src/index.js';
import { Pool } from '../src/wasm/pool.js';

// Against a definition of its own: the list of all values of the type, and of two neighbours the nearer one.

const backends = {
  reference: await createReferenceBackend(),
  fast: await createWasmBackend({ threads: 1 }),
  reproducible: await createWasmBackend({ numerics: 'reproducible', threads: 1 }),
};
afterAll(() => {
  for (const backend of Object.values(backends)) backend.dispose();
});

const halves = ['float16', 'bfloat16'] as const;
/** Bits of fraction; bias of the exponent; bits of Infinity, which are also the number of finite values of either sign. */
const formats = {
  float16: { fraction: 10, bias: 15, infinity: 0x7c00 },
  bfloat16: { fraction: 7, bias: 127, infinity: 0x7f80 },
} as const;

/** All values >= 0 in ascending order: value i has bits i. The last is where Infinity would be as a number. */
const ladder = (half: HalfDataType): Float64Array => {
  const { fraction, bias, infinity } = formats[half];
  const steps = 2 ** fraction;
  return Float64Array.from({ length: infinity + 1 }, (_, i) => {
    const exponent = Math.floor(i / steps);
    const rest = (i % steps) / steps;
    return exponent === 0 ? rest * 2 ** (1 - bias) : (1 + rest) * 2 ** (exponent - bias);
  });
};
const ladders = { float16: ladder('float16'), bfloat16: ladder('bfloat16') };

/** The bits of a float32, given by its own bits, in the two-byte type. */
function nearest(half: HalfDataType, word: number): number {
  const { fraction, infinity } = formats[half];
  const values = ladders[half];
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000)
    return sign | infinity | (2 ** (fraction - 1)) | ((magnitude & 0x7fffff) >> (23 - fraction));
  scratchWord[0] = magnitude;
  const x = scratchFloat[0] as number;
  let [low, high]: [number, number] = [0, infinity];
  if (x >= (values[high] as number)) return sign | infinity;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= x) low = middle;
    else high = middle;
  }
  const [down, up] = [x - (values[low] as number), (values[high] as number) - x];
  return sign | (down < up || (down === up && low % 2 === 0) ? low : high);
}
const scratchWord = new Uint32Array(1);
const scratchFloat = new Float32Array(scratchWord.buffer);

const wordsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);
const floatsOf = (words: Uint32Array): Float32Array =>
  new Float32Array(words.buffer, words.byteOffset, words.length) as Float32Array;

const narrow = (on: Backend, half: HalfDataType, words: Uint32Array): Uint16Array =>
  on.scope(() => on.convert(on.tensor(floatsOf(words), [words.length]), half).dataSync() as Uint16Array);
const widen = (on: Backend, half: HalfDataType, bits: Uint16Array): Uint32Array =>
  on.scope(() => wordsOf(on.convert(on.tensor(bits, [bits.length], half), 'float32').dataSync() as Float32Array));

/** Comparing long arrays by `toEqual` takes minutes. */
const sameBytes = (a: Uint16Array | Uint32Array, b: Uint16Array | Uint32Array): boolean =>
  Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

function expectNearest(on: Backend, half: HalfDataType, words: Uint32Array): void {
  const got = narrow(on, half, words);
  expect(got.length).toBe(words.length);
  const at = got.findIndex((bits, i) => bits !== nearest(half, words[i] as number));
  if (at >= 0) {
    const word = words[at] as number;
    expect.fail(`0x${word.toString(16)} became 0x${got[at]?.toString(16)}, not 0x${nearest(half, word).toString(16)}`);
  }
}

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it.each(halves)('%s: all 65536 values to float32, exactly', (half) => {
    const { fraction, infinity } = formats[half];
    const got = widen(
      backend,
      half,
      Uint16Array.from({ length: 65536 }, (_, bits) => bits),
    );
    const want = Uint32Array.from({ length: 65536 }, (_, bits) => {
      const sign = (bits & 0x8000) * 65536;
      const magnitude = bits & 0x7fff;
      if (magnitude === infinity) return sign + 0x7f800000;
      if (magnitude > infinity) return sign + (0x7fc00000 | ((magnitude - infinity) << (23 - fraction)));
      scratchFloat[0] = ladders[half][magnitude] as number;
      return sign + (scratchWord[0] as number);
    });
    expect(got).toEqual(want);
  });

  it.each(halves)('%s: every value, every tie and what lies right beside them', (half) => {
    const values = ladders[half];
    const words: number[] = [];
    for (let i = 0; i < values.length; i++) {
      const [value, next] = [values[i] as number, (values[i + 1] ?? values[i]) as number];
      for (const x of [value, value / 2 + next / 2]) {
        // Both are float32 values, but for what lies above the largest of those.
        scratchFloat[0] = x;
        const word = scratchWord[0] as number;
        for (const near of [Math.max(word - 1, 0), word, word + 1]) words.push(near, near + 2 ** 31);
      }
    }
    expectNearest(backend, half, Uint32Array.from(words));
  });

  it.each(halves)('%s: 2^22 float32 patterns spread over all there are, NaNs and subnormals among them', (half) => {
    // An odd stride visits every residue of the low bits.
    expectNearest(
      backend,
      half,
      Uint32Array.from({ length: 2 ** 22 }, (_, i) => i * 1023),
    );
  });

  it.each(halves)('property: %s to float32 and back gives the same bits, NaNs made quiet', (half) => {
    const { fraction, infinity } = formats[half];
    fc.assert(
      fc.property(fc.uint16Array({ maxLength: 60 }), (bits) => {
        const quiet = bits.map((value) => ((value & 0x7fff) > infinity ? value | (2 ** (fraction - 1)) : value));
        expect(narrow(backend, half, widen(backend, half, bits))).toEqual(quiet);
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });

  it.each(halves)('property: %s: an element does not depend on where it stands', (half) => {
    fc.assert(
      fc.property(fc.uint32Array({ maxLength: 60 }), fc.integer({ min: 0, max: 20 }), (words, skipped) => {
        const part = words.slice(skipped);
        expect(narrow(backend, half, part)).toEqual(narrow(backend, half, words).subarray(skipped));
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });
});

it('gives the same bits for 1, 2, 3 and 8 threads', async () => {
  const shared = vi.spyOn(Pool.prototype, 'run');
  const words = Uint32Array.from({ length: 1_000_003 }, (_, i) => i * 4295);
  for (const threads of [2, 3, 8]) {
    using backend = await createWasmBackend({ threads });
    for (const half of halves) {
      const bits = narrow(backend, half, words);
      expect(sameBytes(bits, narrow(backends.fast, half, words))).toBe(true);
      expect(sameBytes(widen(backend, half, bits), widen(backends.fast, half, bits))).toBe(true);
    }
  }
  expect(shared).toHaveBeenCalledTimes(12);
  shared.mockRestore();
});

describe.each(Object.entries(backends))('%s: operators for float32 refuse bits', (_, backend) => {
  const calls: Partial<Record<OperatorName, (x: Tensor) => unknown>> = {
    gemm: (x) => backend.gemm(x, x),
    softmax: (x) => backend.softmax(x),
    relu: (x) => backend.relu(x),
    activationGradient: (x) => backend.activationGradient('tanh', x, x),
    bernoulliLogits: (x) => backend.bernoulliLogits(x, x),
    attention: (x) => backend.attention(x, x, x),
  };
  it.each(Object.entries(calls))('%s', (_operator, call) => {
    for (const half of halves) {
      using x = backend.tensor(new Uint16Array(4), [2, 2], half);
      expect(() => call(x)).toThrow(
        expect.objectContaining({
          name: 'ValueError',
          message: expect.stringContaining(`has dtype ${half}, expected float32`),
        }),
      );
    }
  });
});
