import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '../src/index.js';

// Random shapes and values: the WASM kernels against the reference. Conformance cases hold the edges, these the crowd.

const reference = await createReferenceBackend();
const backends = {
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of [reference, ...Object.values(backends)]) backend.dispose();
});

const run = { seed: 20261124, numRuns: 150 };
const size = (max: number) => fc.integer({ min: 0, max });
const wave = (count: number, seed: number, gain = 1) =>
  Float32Array.from({ length: count }, (_, i) => gain * Math.sin(1e4 * Math.sin(i * 12.9898 + seed * 78.233)));

/** Both results as plain arrays; tensors are disposed of. */
function both(backend: Backend, program: (on: Backend) => Tensor[]): [mine: number[][], truth: number[][]] {
  const read = (on: Backend) =>
    on
      .scope(() => program(on).map((tensor) => ({ values: [...tensor.dataSync()] as number[] })))
      .map(({ values }) => values);
  return [read(backend), read(reference)];
}

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

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it('gemm', () => {
    fc.assert(
      fc.property(
        size(40),
        size(40),
        size(300),
        size(2),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (M, N, K, batch, transposeA, transposeB, shared) => {
          const [mine, truth] = both(backend, (on) => [
            on.gemm(
              on.tensor(wave(batch * M * K, 1), [batch, ...(transposeA ? [K, M] : [M, K])]),
              on.tensor(wave((shared ? 1 : batch) * K * N, 2), [
                ...(shared ? [] : [batch]),
                ...(transposeB ? [N, K] : [K, N]),
              ]),
              { transposeA, transposeB },
            ),
          ]);
          // A float32 sum of K products in [-1, 1] in any order: K 2^-24 times the sum of sizes, at most K.
          expectClose(mine, truth, 4 * K * Math.sqrt(K) * 2 ** -24 + 1e-7);
        },
      ),
      run,
    );
  });

  it('softmax', () => {
    fc.assert(
      fc.property(size(20), size(130), fc.double({ min: 0.1, max: 80, noNaN: true }), (rows, columns, gain) => {
        const [mine, truth] = both(backend, (on) => [
          on.softmax(on.tensor(wave(rows * columns, 3, gain), [rows, columns])),
        ]);
        expectClose(mine, truth, 1e-6);
      }),
      run,
    );
  });

  it('attention', () => {
    fc.assert(
      fc.property(
        size(40),
        size(300),
        size(24),
        size(24),
        fc.integer({ min: -40, max: 60 }),
        fc.constantFrom('none', 'causal', 'mask', 'both'),
        (L, S, D, Dv, queryOffset, hiding) => {
          const [mine, truth] = both(backend, (on) => {
            const { output, lse, weights } = on.attention(
              on.tensor(wave(L * D, 4, 2), [L, D]),
              on.tensor(wave(S * D, 5, 2), [S, D]),
              on.tensor(wave(S * Dv, 6), [S, Dv]),
              {
                returnLse: true,
                returnWeights: true,
                ...(hiding === 'causal' || hiding === 'both' ? { queryOffset } : {}),
                ...(hiding === 'mask' || hiding === 'both'
                  ? {
                      mask: on.tensor(
                        Uint8Array.from(wave(L * S, 7), (value) => Number(value > 0)),
                        [L, S],
                      ),
                    }
                  : {}),
              },
            );
            return [output, lse as Tensor, weights as Tensor];
          });
          expectClose(mine, truth, 5e-6);
        },
      ),
      run,
    );
  });

  it('bernoulliLogits', () => {
    fc.assert(
      fc.property(size(9), size(200), fc.double({ min: 0.1, max: 100, noNaN: true }), (B, E, gain) => {
        const [mine, truth] = both(backend, (on) => {
          const { logLikelihood, gradient } = on.bernoulliLogits(
            on.tensor(wave(B * E, 8).map(Math.abs), [B, E]),
            on.tensor(wave(B * E, 9, gain), [B, E]),
            { gradient: true },
          );
          return [logLikelihood, gradient as Tensor];
        });
        expectClose(mine, truth, 4e-7 * (1 + E * (1 + gain)));
      }),
      run,
    );
  });

  it('bilinearTrajectories: the same bits as the reference where nothing is fused', () => {
    const step = fc.double({ min: -1.5, max: 1.5, noNaN: true });
    fc.assert(
      fc.property(
        size(30),
        step,
        step,
        size(40),
        fc.constantFrom('q-first' as const, 'p-first' as const, 'simultaneous' as const),
        (N, stepP, stepQ, steps, order) => {
          const [mine, truth] = both(backend, (on) => {
            const start = (seed: number) => on.tensor(Float64Array.from(wave(N, seed)), [N]);
            const { p, q } = on.bilinearTrajectories(start(1), start(2), {
              stepP,
              stepQ,
              steps,
              order,
              recordEvery: 1,
            });
            return [p, q];
          });
          const largest = Math.max(1, ...truth.flat().map(Math.abs));
          expectClose(mine, truth, backend === backends.reproducible ? 0 : 1e-13 * largest);
        },
      ),
      run,
    );
  });
});

it('reproducible gives the same bits again', () => {
  const program = (on: Backend) => {
    const [q, k, v] = [wave(6000, 1), wave(6000, 2), wave(6000, 3)].map((data) => on.tensor(data, [100, 60])) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    return [on.attention(q, k, v).output, on.gemm(q, k, { transposeB: true })];
  };
  const [first] = both(backends.reproducible, program);
  const [second] = both(backends.reproducible, program);
  expect(first).toEqual(second);
});
