import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '../src/index.js';

// Operators over the last axis: the WASM kernels against the reference on random shapes, identities between operators, and
// gradients against central differences of the reference.

const reference = await createReferenceBackend();
const backends = {
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of [reference, ...Object.values(backends)]) backend.dispose();
});

const run = { seed: 20261125, numRuns: 120 };
const size = (max: number) => fc.integer({ min: 0, max });
const wave = (count: number, seed: number, gain = 1) =>
  Float32Array.from({ length: count }, (_, i) => gain * Math.sin(1e4 * Math.sin(i * 12.9898 + seed * 78.233)));

/** What a program's tensors hold; they are disposed of. */
const read = (on: Backend, program: (on: Backend) => Tensor[]): number[][] =>
  on.scope(() => program(on).map((tensor) => [...tensor.dataSync()] as number[]));

function expectClose(mine: number[][], truth: number[][], tolerance: number): void {
  mine.forEach((values, part) => {
    const want = truth[part] as number[];
    expect(values.length).toBe(want.length);
    values.forEach((value, i) => {
      if (!(Object.is(value, want[i]) || Math.abs(value - (want[i] as number)) <= tolerance)) {
        throw new Error(`part ${part}, element ${i}: ${value}, expected ${want[i]} within ${tolerance}`);
      }
    });
  });
}

/**
 * d/dx of sum_i weights_i f(x)_i by central differences of the reference. The step of 2^-7 and x below 2 leave an error of
 * about step^2 from the third derivative and u / step = 1e-5 from the float32 results.
 */
function differences(x: Float32Array, weights: Float32Array, f: (x: Float32Array) => number[]): number[] {
  const step = 2 ** -7;
  const at = (i: number, by: number) => {
    const moved = x.slice();
    moved[i] = (moved[i] as number) + by;
    return f(moved).reduce((sum, value, j) => sum + value * (weights[j] as number), 0);
  };
  return Array.from(x, (_, i) => (at(i, step) - at(i, -step)) / (2 * step));
}

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it('softmax, logSoftmax, logSumExp', () => {
    fc.assert(
      fc.property(size(20), size(130), fc.double({ min: 0.1, max: 80, noNaN: true }), (rows, columns, gain) => {
        const program = (on: Backend) => {
          const x = on.tensor(wave(rows * columns, 3, gain), [rows, columns]);
          return [on.softmax(x), on.logSoftmax(x), on.logSumExp(x)];
        };
        expectClose(read(backend, program), read(reference, program), 2e-5);
      }),
      run,
    );
  });

  it('log-probabilities and probabilities agree, and the gradients are zero along the shared offset', () => {
    fc.assert(
      fc.property(size(9), fc.integer({ min: 1, max: 60 }), (rows, columns) => {
        const [p, logP, dx, dxLog] = read(backend, (on) => {
          const x = on.tensor(wave(rows * columns, 4, 5), [rows, columns]);
          const dy = on.tensor(wave(rows * columns, 5), [rows, columns]);
          const [y, logY] = [on.softmax(x), on.logSoftmax(x)];
          return [y, logY, on.softmaxGradient(y, dy), on.logSoftmaxGradient(logY, dy)];
        }) as [number[], number[], number[], number[]];
        expectClose([logP.map(Math.exp)], [p], 1e-5);
        for (let row = 0; row < rows; row++) {
          for (const gradient of [dx, dxLog]) {
            const sum = gradient.slice(row * columns, (row + 1) * columns).reduce((a, b) => a + b, 0);
            expect(Math.abs(sum)).toBeLessThan(1e-5 * columns);
          }
        }
      }),
      run,
    );
  });

  it('a row gives the same bits wherever it stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), (columns, rows) => {
        const data = wave(rows * columns, 6, 4);
        const program = (on: Backend, from: number, to: number) => {
          const x = on.tensor(data.slice(from * columns, to * columns), [to - from, columns]);
          return [on.softmax(x), on.logSoftmax(x), on.logSumExp(x)];
        };
        const whole = read(backend, (on) => program(on, 0, rows));
        const last = read(backend, (on) => program(on, rows - 1, rows));
        whole.forEach((values, part) => {
          expect(values.slice(-(last[part] as number[]).length)).toEqual(last[part]);
        });
      }),
      run,
    );
  });
});

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it('layerNorm and rmsNorm with their gradients', () => {
    fc.assert(
      fc.property(size(140), fc.integer({ min: 2, max: 60 }), fc.boolean(), (rows, columns, scaled) => {
        const program = (on: Backend) => {
          const [x, dy] = [3, 4].map((seed) => on.tensor(wave(rows * columns, seed), [rows, columns])) as [
            Tensor,
            Tensor,
          ];
          const scale = scaled ? { scale: on.tensor(wave(columns, 5), [columns]) } : {};
          const layer = on.layerNorm(x, { ...scale, epsilon: 0.1, returnStatistics: true });
          const rms = on.rmsNorm(x, { ...scale, epsilon: 0.1, returnStatistics: true });
          const options = { ...scale, epsilon: 0.1, parameters: true };
          return [
            ...Object.values(layer),
            ...Object.values(rms),
            ...Object.values(on.layerNormGradients(dy, x, options)),
            ...Object.values(on.rmsNormGradients(dy, x, options)),
          ];
        };
        expectClose(read(backend, program), read(reference, program), 1e-4);
      }),
      run,
    );
  });

  it('a normalised row gives the same bits wherever it stands', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), (columns, rows) => {
        const data = wave(rows * columns, 6, 4);
        const program = (on: Backend, from: number) => {
          const x = on.tensor(data.slice(from * columns), [rows - from, columns]);
          return [on.layerNorm(x).output, on.rmsNorm(x).output];
        };
        const whole = read(backend, (on) => program(on, 0));
        const last = read(backend, (on) => program(on, rows - 1));
        whole.forEach((values, part) => {
          expect(values.slice(-columns)).toEqual(last[part]);
        });
      }),
      run,
    );
  });
});

describe('gradients are the central differences of the reference', () => {
  const [rows, columns] = [3, 6];
  const shape = [rows, columns];
  const [x, dy] = [wave(18, 1, 2), wave(18, 2)];

  it.each(['softmax', 'logSoftmax'] as const)('%s', (name) => {
    const f = (data: Float32Array) => read(reference, (on) => [on[name](on.tensor(data, shape))])[0] as number[];
    const truth = differences(x, dy, f);
    for (const backend of [reference, backends.fast]) {
      const gradient = read(backend, (on) => [
        on[`${name}Gradient`](on[name](on.tensor(x, shape)), on.tensor(dy, shape)),
      ]);
      expectClose(gradient, [truth], 1e-4);
    }
  });

  it.each(['layerNorm', 'rmsNorm'] as const)('%s, for x, scale and shift', (name) => {
    const [gamma, beta] = [wave(columns, 3), wave(columns, 4)];
    const f = (data: Float32Array, scale: Float32Array, shift: Float32Array) =>
      read(reference, (on) => {
        const options = { scale: on.tensor(scale, [columns]), epsilon: 0.3 };
        const tensor = on.tensor(data, shape);
        const moved = { ...options, shift: on.tensor(shift, [columns]) };
        return [name === 'layerNorm' ? on.layerNorm(tensor, moved).output : on.rmsNorm(tensor, options).output];
      })[0] as number[];
    const truth = [
      differences(x, dy, (data) => f(data, gamma, beta)),
      differences(gamma, dy, (scale) => f(x, scale, beta)),
      ...(name === 'layerNorm' ? [differences(beta, dy, (shift) => f(x, gamma, shift))] : []),
    ];
    for (const backend of [reference, backends.fast]) {
      const gradients = read(backend, (on) => {
        const options = { scale: on.tensor(gamma, [columns]), epsilon: 0.3, parameters: true };
        const made = on[`${name}Gradients`](on.tensor(dy, shape), on.tensor(x, shape), options);
        return [made.x, made.scale as Tensor, ...('shift' in made ? [made.shift as Tensor] : [])];
      });
      expectClose(gradients, truth, 2e-4);
    }
  });
});
