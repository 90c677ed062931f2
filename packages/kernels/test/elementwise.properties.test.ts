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

const run = { seed: 20261126, numRuns: 150 };
const shape = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 });
const wave = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.fround(3 * Math.sin(1e4 * Math.sin(i * 12.9898 + seed))));
const sizeOf = (axes: readonly number[]) => axes.reduce((size, length) => size * length, 1);

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it.each(['add', 'subtract', 'multiply', 'divide'] as const)('%s: the bits of the reference', (operator) => {
    fc.assert(
      fc.property(shape, fc.nat(4), fc.boolean(), (axes, leading, swap) => {
        const part = axes.slice(leading);
        const compute = (on: Backend) =>
          on.scope(() => {
            const whole = on.tensor(wave(sizeOf(axes), 1), axes);
            const other = on.tensor(wave(sizeOf(part), 2), part);
            return (swap ? on[operator](other, whole) : on[operator](whole, other)).dataSync();
          });
        expect(compute(backend)).toEqual(compute(reference));
      }),
      run,
    );
  });

  it('scale: the bits of the reference; axpy with alpha 1 is add', () => {
    fc.assert(
      fc.property(shape, fc.float({ noNaN: true, noDefaultInfinity: true }), (axes, factor) => {
        const compute = (on: Backend) =>
          on.scope(() => {
            const x = on.tensor(wave(sizeOf(axes), 3), axes);
            const y = on.tensor(wave(sizeOf(axes), 4), axes);
            expect(on.axpy(1, x, y).dataSync()).toEqual(on.add(x, y).dataSync());
            return on.scale(x, factor).dataSync();
          });
        expect(compute(backend)).toEqual(compute(reference));
      }),
      run,
    );
  });
});
