import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '../src/index.js';

// What conformance cases cannot say: that the numbers are random, how exact the normal ones are, and that positions are
// all that counts. Every statistic has a fixed seed, and its bound is at 5 standard deviations or the like.

const reference = await createReferenceBackend();
const fast = await createWasmBackend();
const reproducible = await createWasmBackend({ numerics: 'reproducible' });
afterAll(() => {
  for (const backend of [reference, fast, reproducible]) backend.dispose();
});

const N = 1 << 20;
const read = (program: () => Tensor) => {
  const tensor = program();
  const data = tensor.dataSync();
  tensor.dispose();
  return data;
};
const average = (values: ArrayLike<number>, f: (value: number) => number) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i] as number);
  return sum / values.length;
};

/** Chi-square of counts against equal expectations, less its mean, in its standard deviations. */
function excess(counts: ArrayLike<number>, total: number): number {
  const each = total / counts.length;
  const chi = Array.from(counts).reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
  return (chi - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

describe('randomUniform', () => {
  const u = read(() => fast.randomUniform([N], { seed: 2026 })) as Float32Array;

  it('is in [0, 1), with the moments of the uniform distribution', () => {
    expect(u.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(Math.abs(average(u, (x) => x) - 1 / 2) * Math.sqrt(12 * N)).toBeLessThan(5);
    expect(Math.abs(average(u, (x) => x ** 2) - 1 / 3) * Math.sqrt((45 / 4) * N)).toBeLessThan(5);
  });

  it('fills 1024 cells, and 32 x 32 cells of pairs, evenly', () => {
    const cells = new Uint32Array(1024);
    const pairs = new Uint32Array(1024);
    for (const value of u) cells[Math.floor(value * 1024)]!++;
    for (let i = 0; i < N; i += 2) pairs[Math.floor(u[i]! * 32) * 32 + Math.floor(u[i + 1]! * 32)]!++;
    expect(Math.abs(excess(cells, N))).toBeLessThan(5);
    expect(Math.abs(excess(pairs, N / 2))).toBeLessThan(5);
  });

  it.each([
    { name: 'neighbours', other: { seed: 2026, offset: 1 } },
    { name: 'streams', other: { seed: 2026, stream: 1 } },
    { name: 'seeds', other: { seed: 2027 } },
  ])('$name do not correlate', ({ other }) => {
    const v = read(() => fast.randomUniform([N], other)) as Float32Array;
    let sum = 0;
    for (let i = 0; i < N; i++) sum += (u[i]! - 0.5) * (v[i]! - 0.5);
    expect(Math.abs(sum) * (12 / Math.sqrt(N))).toBeLessThan(5);
  });
});

describe('randomNormal', () => {
  const z = read(() => fast.randomNormal([N], { seed: 2026 })) as Float32Array;

  it('has the moments and tails of the normal distribution', () => {
    expect(Math.abs(average(z, (x) => x)) * Math.sqrt(N)).toBeLessThan(5);
    expect(Math.abs(average(z, (x) => x ** 2) - 1) * Math.sqrt(N / 2)).toBeLessThan(5);
    expect(Math.abs(average(z, (x) => x ** 3)) * Math.sqrt(N / 15)).toBeLessThan(5);
    expect(Math.abs(average(z, (x) => x ** 4) - 3) * Math.sqrt(N / 96)).toBeLessThan(5);
    for (const [bound, probability] of [
      [1, 0.31731050786291415],
      [3, 0.0026997960632601866],
      [4, 6.334248366623993e-5],
    ] as const) {
      const beyond = average(z, (x) => Number(Math.abs(x) > bound)) - probability;
      expect(Math.abs(beyond) / Math.sqrt(probability / N)).toBeLessThan(5);
    }
  });

  it('the two numbers of a pair do not correlate, nor do their squares', () => {
    let [product, squares] = [0, 0];
    for (let i = 0; i < N; i += 2) {
      product += z[i]! * z[i + 1]!;
      squares += (z[i]! ** 2 - 1) * (z[i + 1]! ** 2 - 1);
    }
    expect(Math.abs(product) / Math.sqrt(N / 2)).toBeLessThan(5);
    expect(Math.abs(squares) / Math.sqrt(2 * N)).toBeLessThan(5);
  });

  it('has a relative error of at most 5e-7, and the same bits in both binaries', () => {
    const exact = read(() => reference.randomNormal([N], { seed: 2026 }));
    // Half an ulp of the reference's own rounding comes on top.
    const worst = z.reduce((most, value, i) => Math.max(most, Math.abs(value / exact[i]! - 1)), 0);
    expect(worst).toBeLessThan(5e-7 + 2 ** -24);
    const again = read(() => reproducible.randomNormal([N], { seed: 2026 }));
    expect(z.every((value, i) => value === again[i])).toBe(true);
  });
});

it('randomBernoulli has its probability', () => {
  for (const probability of [0.5, 0.01, 0.9]) {
    const hits = average(
      read(() => fast.randomBernoulli([N], { seed: 1, probability })),
      (x) => x,
    );
    const deviation = Math.sqrt((probability * (1 - probability)) / N);
    expect(Math.abs(hits - probability) / deviation).toBeLessThan(5);
  }
});

describe('randomPermutation', () => {
  it('gives each of the 24 orders of 4 equally often', () => {
    const counts = new Map<string, number>();
    for (let stream = 0; stream < 24_000; stream++) {
      const order = read(() => fast.randomPermutation(4, { seed: 3, stream })).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(Math.abs(excess([...counts.values()], 24_000))).toBeLessThan(5);
  });

  it('is a permutation of 60000, of which about one number stays in its place', () => {
    const order = read(() => fast.randomPermutation(60_000, { seed: 4 })) as Int32Array;
    expect(
      order
        .slice()
        .sort()
        .every((value, i) => value === i),
    ).toBe(true);
    expect(order.filter((value, i) => value === i).length).toBeLessThan(8);
  });
});

describe.each(Object.entries({ fast, reproducible }))('%s, at random positions', (_, backend) => {
  const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const place = fc.record({ seed: word, stream: word, offset: fc.bigInt({ min: 0n, max: 2n ** 66n - 1000n }) });

  it('gives the bits of the reference, whole or in parts', () => {
    fc.assert(
      fc.property(place, fc.nat(200), fc.nat(200), (at, count, head) => {
        const first = Math.min(head, count);
        const later = { ...at, offset: at.offset + BigInt(first) };
        for (const draw of [
          (on: Backend, n: number, options: typeof at) => on.randomUniform([n], { ...options, low: -1 }),
          (on: Backend, n: number, options: typeof at) => on.randomBernoulli([n], { ...options, probability: 0.4 }),
        ]) {
          const whole = [...read(() => draw(backend, count, at))];
          expect(whole).toEqual([...read(() => draw(reference, count, at))]);
          const parts = [read(() => draw(backend, first, at)), read(() => draw(backend, count - first, later))];
          expect(parts.flatMap((part) => [...part])).toEqual(whole);
        }
        const normal = (n: number, options: typeof at) => [...read(() => backend.randomNormal([n], options))];
        expect([...normal(first, at), ...normal(count - first, later)]).toEqual(normal(count, at));
      }),
      { seed: 20261125, numRuns: 150 },
    );
  });
});

it('a disposed backend draws nothing', async () => {
  for (const backend of [await createReferenceBackend(), await createWasmBackend()]) {
    backend.dispose();
    expect(() => backend.randomUniform([1], { seed: 1 })).toThrow(/randomUniform: the \w+ backend was disposed of/);
    expect(() => backend.randomPermutation(1, { seed: 1 })).toThrow(/randomPermutation: the \w+ backend was disposed/);
  }
});
