import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '../src/index.js';

// Gaussians: the gradients against central differences of the formulas, and the WASM kernels against the reference.

const backends = {
  reference: await createReferenceBackend(),
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of Object.values(backends)) backend.dispose();
});

const run = { seed: 20261125, numRuns: 150 };
const wave = (count: number, seed: number, gain = 1) =>
  Float32Array.from({ length: count }, (_, i) => gain * Math.sin(1e4 * Math.sin(i * 12.9898 + seed * 78.233)));

function read(
  backend: Backend,
  program: (on: Backend) => Record<string, Tensor | undefined>,
): Record<string, number[]> {
  const values = backend.scope(() =>
    Object.entries(program(backend)).map(([name, tensor]) => ({ name, data: tensor && [...tensor.dataSync()] })),
  );
  return Object.fromEntries(values.map(({ name, data }) => [name, data as number[]]));
}

/** Derivative of f in each variable, by differences over 2 h. */
const differences = (f: (x: number[]) => number, at: ArrayLike<number>, h = 1e-5) =>
  Array.from(at, (_, i) => {
    const moved = (step: number) => f(Array.from(at, (value, j) => (i === j ? value + step : value)));
    return (moved(h) - moved(-h)) / (2 * h);
  });

function expectNear(got: number[], want: number[], tolerance: number): void {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => {
    const allowed = tolerance * (1 + Math.abs(want[i] as number));
    if (!(Math.abs(value - (want[i] as number)) <= allowed)) throw new Error(`element ${i}: ${value}, not ${want[i]}`);
  });
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const kl = (m: ArrayLike<number>, lv: ArrayLike<number>) =>
  sum(Array.from(m, (value, i) => (value ** 2 + Math.expm1(lv[i]!) - lv[i]!) / 2));

describe.each(Object.entries(backends))('%s', (_, backend) => {
  const [B, E] = [5, 7];
  const [a, b, c] = [wave(B * E, 1, 2), wave(B * E, 2, 2), wave(B * E, 3)];

  it('gaussianKl: gradients are the derivatives', () => {
    const got = read(backend, (on) => ({
      ...on.gaussianKl(on.tensor(a, [B, E]), on.tensor(b, [B, E]), { gradient: true, reduce: 'event' }),
    }));
    expectNear([sum(got.divergence as number[])], [kl(a, b)], 1e-6);
    expectNear(
      got.dMean as number[],
      differences((m) => kl(m, b), a),
      1e-6,
    );
    expectNear(
      got.dLogvar as number[],
      differences((lv) => kl(a, lv), b),
      1e-6,
    );
  });

  it.each([[[B, E]], [[E]], [[]]])('gaussianNll, logvar %j: gradients are the derivatives', (shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const logvar = c.slice(0, size);
    const nll = (m: ArrayLike<number>, lv: ArrayLike<number>) =>
      sum(
        Array.from(m, (value, i) => {
          const variance = Math.exp(lv[i % size]!);
          return (Math.log(2 * Math.PI * variance) + (a[i]! - value) ** 2 / variance) / 2;
        }),
      );
    const got = read(backend, (on) => ({
      ...on.gaussianNll(on.tensor(a, [B, E]), on.tensor(b, [B, E]), on.tensor(logvar, shape), { gradient: true }),
    }));
    expectNear([sum(got.nll as number[])], [nll(b, logvar)], 1e-6);
    expectNear(
      got.dMean as number[],
      differences((m) => nll(m, logvar), b),
      1e-5,
    );
    expectNear(
      got.dLogvar as number[],
      differences((lv) => nll(b, lv), logvar),
      1e-5,
    );
  });

  it('gaussianNll is least, E (log 2 pi v + 1) / 2, at the mean squared residual v, where its gradient vanishes', () => {
    const residual = a.map((value, i) => value - b[i]!);
    const v = sum([...residual].map((value) => value ** 2)) / residual.length;
    const got = read(backend, (on) => ({
      ...on.gaussianNll(on.tensor(a, [B, E]), on.tensor(b, [B, E]), on.tensor(Float32Array.of(Math.log(v)), []), {
        gradient: true,
      }),
    }));
    expectNear([sum(got.nll as number[])], [(B * E * (Math.log(2 * Math.PI * v) + 1)) / 2], 1e-6);
    expectNear(got.dLogvar as number[], [0], 1e-5);
  });

  it('reparameterize: gradients are the derivatives, its samples have their mean and variance', () => {
    const z = (m: ArrayLike<number>, lv: ArrayLike<number>) =>
      sum(Array.from(m, (value, i) => a[i]! * (value + Math.exp(lv[i]! / 2) * c[i]!)));
    const got = read(backend, (on) => ({
      ...on.reparameterizeGradients(on.tensor(a, [B, E]), on.tensor(b, [B, E]), on.tensor(c, [B, E])),
    }));
    expectNear(
      got.mean as number[],
      differences((m) => z(m, b), a),
      1e-6,
    );
    expectNear(
      got.logvar as number[],
      differences((lv) => z(a, lv), b),
      1e-6,
    );
    const N = 40_000;
    const { samples } = read(backend, (on) => {
      const filled = (value: number) => on.tensor(new Float32Array(N).fill(value), [N]);
      return { samples: on.reparameterize(filled(1.5), filled(-1), on.randomNormal([N], { seed: 1 })) };
    });
    const mean = sum(samples as number[]) / N;
    const variance = sum((samples as number[]).map((value) => (value - mean) ** 2)) / N;
    // 5 standard errors.
    expect(Math.abs(mean - 1.5)).toBeLessThan(5 * Math.sqrt(Math.exp(-1) / N));
    expect(Math.abs(variance / Math.exp(-1) - 1)).toBeLessThan(5 * Math.sqrt(2 / N));
  });
});

describe.each(['fast', 'reproducible'] as const)('%s against the reference', (name) => {
  const both = (program: (on: Backend) => Record<string, Tensor | undefined>, tolerance: number) => {
    const [mine, truth] = [read(backends[name], program), read(backends.reference, program)];
    for (const part of Object.keys(truth)) expectNear(mine[part] as number[], truth[part] as number[], tolerance);
  };

  it('gaussianKl', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(100), fc.double({ min: 1e-6, max: 20, noNaN: true }), (B, E, gain) => {
        both((on) => {
          const [mean, logvar] = [on.tensor(wave(B * E, 4, gain), [B, E]), on.tensor(wave(B * E, 5, gain), [B, E])];
          const { divergence } = on.gaussianKl(mean, logvar);
          return { ...on.gaussianKl(mean, logvar, { reduce: 'event', gradient: true }), each: divergence };
        }, 1e-6);
      }),
      run,
    );
  });

  it('gaussianNll', () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.nat(40),
        fc.nat(2),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        (B, E, rank, gain) => {
          const shape = [B, E].slice(2 - rank);
          const size = shape.reduce((product, length) => product * length, 1);
          both(
            (on) => {
              const [x, mean] = [on.tensor(wave(B * E, 6), [B, E]), on.tensor(wave(B * E, 7), [B, E])];
              return { ...on.gaussianNll(x, mean, on.tensor(wave(size, 8, gain), shape), { gradient: true }) };
              // Squares reach 4 e^3, and a shared gradient is the sum of B E of them.
            },
            1e-6 * (1 + (rank === 2 ? 1 : B * (rank === 1 ? 1 : E)) + E) * 10,
          );
        },
      ),
      run,
    );
  });

  it('reparameterize', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.double({ min: 0.1, max: 8, noNaN: true }), (size, gain) => {
        both(
          (on) => {
            const [a, b, c] = [9, 10, 11].map((seed) => on.tensor(wave(size, seed, gain), [size])) as [
              ...[Tensor, Tensor, Tensor],
            ];
            return { z: on.reparameterize(a, b, c), ...on.reparameterizeGradients(a, b, c) };
            // The largest product, e^4 8 8, with 8 roundoffs.
          },
          8 * 2 ** -24 * (1 + Math.exp(gain / 2) * gain * gain),
        );
      }),
      run,
    );
  });
});
