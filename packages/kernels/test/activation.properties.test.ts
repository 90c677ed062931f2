import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ActivationKind, type Backend, createReferenceBackend, createWasmBackend } from '../src/index.js';
import { normalProbability } from '../src/reference/normal-distribution.js';

const reference = await createReferenceBackend();
const backends = {
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of [reference, ...Object.values(backends)]) backend.dispose();
});

const run = { seed: 20261125, numRuns: 100 };
const kinds: readonly ActivationKind[] = ['relu', 'gelu', 'geluTanh', 'silu', 'tanh', 'sigmoid', 'softplus'];
const vector = fc.float32Array({ min: -30, max: 30, noNaN: true, maxLength: 60 });

function forward(on: Backend, kind: ActivationKind, values: Float32Array): Float32Array {
  return on.scope(() => {
    const x = on.tensor(values, [values.length]);
    const y = kind === 'geluTanh' ? on.gelu(x, { approximation: 'tanh' }) : on[kind](x);
    return y.dataSync() as Float32Array;
  });
}

function slope(on: Backend, kind: ActivationKind, values: Float32Array): Float32Array {
  return on.scope(() => {
    const x = on.tensor(values, [values.length]);
    const ones = on.tensor(new Float32Array(values.length).fill(1), [values.length]);
    return on.activationGradient(kind, x, ones).dataSync() as Float32Array;
  });
}

describe('reference', () => {
  it.each(kinds)('%s: the gradient is the limit of differences', (kind) => {
    // Central differences over h = 2^-7 of float32 results: error h^2 / 6 times a third derivative below 3, and rounding.
    const h = 2 ** -7;
    const at = Float32Array.from({ length: 401 }, (_, i) => (i - 200) / 32 + 2 ** -6);
    const right = forward(
      reference,
      kind,
      at.map((x) => x + h),
    );
    const left = forward(
      reference,
      kind,
      at.map((x) => x - h),
    );
    slope(reference, kind, at).forEach((got, i) => {
      expect(Math.abs(got - ((right[i] as number) - (left[i] as number)) / (2 * h))).toBeLessThan(1.5e-4);
    });
  });
});

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it.each(kinds)('%s and its gradient: close to the reference', (kind) => {
    fc.assert(
      fc.property(vector, (x) => {
        const [mine, truth] = [forward(backend, kind, x), forward(reference, kind, x)];
        mine.forEach((got, i) => {
          expect(Math.abs(got - (truth[i] as number))).toBeLessThanOrEqual(1e-6 * Math.abs(truth[i] as number) + 1e-6);
        });
        const [mySlope, trueSlope] = [slope(backend, kind, x), slope(reference, kind, x)];
        mySlope.forEach((got, i) => {
          expect(Math.abs(got - (trueSlope[i] as number))).toBeLessThanOrEqual(3e-6);
        });
      }),
      run,
    );
  });

  it('an element does not depend on where it stands', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), vector, fc.integer({ min: 0, max: 9 }), (kind, x, skipped) => {
        const part = x.subarray(skipped);
        expect(forward(backend, kind, part)).toEqual(forward(backend, kind, x).subarray(skipped));
        expect(slope(backend, kind, part)).toEqual(slope(backend, kind, x).subarray(skipped));
      }),
      run,
    );
  });

  it('gelu: relative error at most 12 units of roundoff from -13 to 0, where x (1 + erf) / 2 has no digit left', () => {
    const x = Float32Array.from({ length: 50_000 }, (_, i) => (-13 * (i + 1)) / 50_000);
    let most = 0;
    forward(backend, 'gelu', x).forEach((got, i) => {
      const value = x[i] as number;
      const want = value * normalProbability(value);
      most = Math.max(most, (Math.abs(got - want) - 2 ** -146) / Math.abs(want));
    });
    expect(most).toBeLessThanOrEqual(12 * 2 ** -24);
  });
});
