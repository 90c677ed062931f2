import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend } from '../src/index.js';

const reference = await createReferenceBackend();
const backends = {
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of [reference, ...Object.values(backends)]) backend.dispose();
});

const run = { seed: 20261127, numRuns: 150 };
const unit = 2 ** -24;
const wave = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.fround(3 * Math.sin(1e4 * Math.sin(i * 12.9898 + seed))));

const problem = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    axis: fc.subarray(
      shape.map((_, axis) => axis),
      { minLength: 1 },
    ),
    keepDimensions: fc.boolean(),
  }),
);

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it('sum, mean and max over any axes: close to the reference, max its bits', () => {
    fc.assert(
      fc.property(problem, ({ shape, axis, keepDimensions }) => {
        const size = shape.reduce((product, length) => product * length, 1);
        const compute = (on: Backend) =>
          on.scope(() => {
            const x = on.tensor(wave(size, 1), shape);
            const options = { axis, keepDimensions };
            return (['sum', 'mean', 'max'] as const).map((name) => {
              const y = on[name](x, options);
              return { shape: y.shape, values: y.dataSync() };
            });
          });
        const [mine, truth] = [compute(backend), compute(reference)];
        mine.forEach(({ shape: got, values }, i) => {
          expect(got).toEqual(truth[i]?.shape);
          // Up to three groups of axes, elements up to 3.
          const tolerance = i === 2 ? 0 : 61 * unit * 3 * size;
          values.forEach((value, at) => {
            expect(Math.abs(value - (truth[i]?.values[at] as number))).toBeLessThanOrEqual(tolerance);
          });
        });
      }),
      run,
    );
  });

  it('argmax along any axis: the index of the reference', () => {
    fc.assert(
      fc.property(problem, ({ shape, axis, keepDimensions }) => {
        const size = shape.reduce((product, length) => product * length, 1);
        const data = wave(size, 2).map(Math.round);
        const compute = (on: Backend) =>
          on.scope(() => on.argmax(on.tensor(data, shape), { axis: axis[0] as number, keepDimensions }).dataSync());
        expect(compute(backend)).toEqual(compute(reference));
      }),
      run,
    );
  });

  // Long sums of one sign, where errors of a running float32 sum would add up to thousands of units.
  it.each([
    { what: 'a row', shape: [3_000_000], axis: 0 },
    { what: 'rows', shape: [3, 100_001], axis: 1 },
    { what: 'columns', shape: [50_001, 7], axis: 0 },
  ])('sum of $what: within 20 units of roundoff of the sum of sizes', ({ shape, axis }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = wave(size, 3).map((value) => 1 + Math.abs(value) / 3);
    const [mine, truth] = [backend, reference].map((on) =>
      on.scope(() => on.sum(on.tensor(data, shape), { axis }).dataSync()),
    );
    mine?.forEach((value, at) => {
      const want = truth?.[at] as number;
      expect(Math.abs(value - want)).toBeLessThanOrEqual(21 * unit * want);
    });
  });
});
