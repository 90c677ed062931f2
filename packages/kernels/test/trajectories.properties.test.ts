import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Backend,
  createReferenceBackend,
  createWasmBackend,
  type DiracTrajectoryOptions,
  type Tensor,
} from '../src/index.js';

// The WASM trajectories against the reference over random sizes and maps: the same bits where nothing is fused.

const reference = await createReferenceBackend();
const backends = {
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of [reference, ...Object.values(backends)]) backend.dispose();
});

const run = { seed: 20261125, numRuns: 150 };
const wave = (count: number, seed: number, gain = 1) =>
  Float64Array.from({ length: count }, (_, i) => gain * Math.sin(1e4 * Math.sin(i * 12.9898 + seed * 78.233)));
const read = (on: Backend, program: (on: Backend) => Tensor): number[] =>
  on.scope(() => [...program(on).dataSync()] as number[]);

function expectClose(mine: number[], truth: number[], tolerance: number): void {
  expect(mine.length).toBe(truth.length);
  mine.forEach((value, i) => {
    if (!(value === truth[i] || Math.abs(value - (truth[i] as number)) <= tolerance)) {
      throw new Error(`element ${i}: ${value}, expected ${truth[i]} within ${tolerance}`);
    }
  });
}

describe.each(Object.entries(backends))('%s', (_, backend) => {
  it('affineTrajectories', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 0, max: 12 }),
        fc.constantFrom(undefined, 1),
        fc.integer(),
        (d, N, steps, recordEvery, seed) => {
          const program = (on: Backend) =>
            on.affineTrajectories(on.tensor(wave(d * N, seed), [d, N]), {
              matrix: on.tensor(wave(d * d, seed + 1, 2 / Math.max(1, d)), [d, d]),
              offset: on.tensor(wave(d, seed + 2), [d]),
              steps,
              ...(recordEvery === undefined ? {} : { recordEvery }),
            });
          const truth = read(reference, program);
          // Row sums up to 2 may double a state, and with it every error, in each of at most 12 steps.
          const tolerance = backend === backends.reproducible ? 0 : 2 ** 12 * 12 * 4 * d * 2 ** -53;
          expectClose(read(backend, program), truth, tolerance);
        },
      ),
      run,
    );
  });

  it('affineTrajectories: a trajectory has the same bits wherever it stands', () => {
    for (const d of [2, 3, 4]) {
      const program = (from: number, N: number) => (on: Backend) => {
        const columns = Array.from({ length: d }, (_, i) => [...wave(200, i).subarray(from, from + N)]).flat();
        const matrix = Array.from({ length: d }, (_, i) => [...wave(d, i + 7, 1 / d)]);
        return on.affineTrajectories(on.tensor(Float64Array.from(columns), [d, N]), { matrix, steps: 9 });
      };
      const all = read(backend, program(0, 200));
      for (const [from, N] of [
        [0, 1],
        [5, 9],
        [63, 70],
        [100, 100],
      ] as const) {
        const part = Array.from({ length: d }, (_, i) => all.slice(i * 200 + from, i * 200 + from + N)).flat();
        expect(read(backend, program(from, N))).toEqual(part);
      }
    }
  });

  it('affineTrajectories: the alternating steps on p q as a matrix', () => {
    const h = 0.37;
    const matrix = [
      [1 - h * h, -h],
      [h, 1],
    ];
    const [p0, q0] = [wave(50, 1), wave(50, 2)];
    const mine = read(backend, (on) =>
      on.affineTrajectories(on.tensor(Float64Array.of(...p0, ...q0), [2, 50]), { matrix, steps: 100 }),
    );
    const { p, q } = reference.bilinearTrajectories(reference.tensor(p0, [50]), reference.tensor(q0, [50]), {
      stepP: h,
      stepQ: h,
      steps: 100,
    });
    // Two different roundings of the same map, elliptic: errors of 4 roundings a step grow by at most 2 / (2 - h).
    expectClose(mine, [...p.dataSync(), ...q.dataSync()] as number[], 100 * 8 * 2 ** -53 * 2);
  });

  it('affineTrajectories: extragradient on p q contracts by sqrt(1 - s^2 + s^4) a step', () => {
    const s = Math.SQRT1_2;
    const matrix = [
      [1 - s * s, -s],
      [s, 1 - s * s],
    ];
    const [p, q] = read(backend, (on) =>
      on.affineTrajectories(on.tensor(Float64Array.of(3, 4), [2, 1]), { matrix, steps: 40 }),
    ) as [number, number];
    expect(Math.hypot(p, q) / (5 * 0.75 ** 20)).toBeCloseTo(1, 12);
  });

  const order = fc.constantFrom('psi-first' as const, 'theta-first' as const, 'simultaneous' as const);
  const weight = fc.constantFrom(0, 0.1, 0.7);
  /** theta, psi and, with a bias, bias: one after the other. */
  const dirac = (N: number, seed: number, options: DiracTrajectoryOptions, biased: boolean) => (on: Backend) => {
    const line = (k: number) => on.tensor(wave(N, seed + k), [N]);
    const bias0 = biased ? { bias0: line(3) } : {};
    const { theta, psi, bias } = on.diracTrajectories(line(1), line(2), { ...options, ...bias0 });
    return on.tensor(
      Float64Array.from([theta, psi, bias].flatMap((tensor) => (tensor ? [...tensor.dataSync()] : [])) as number[]),
      [(biased ? 3 : 2) * theta.size],
    );
  };

  it('diracTrajectories', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('gan' as const, 'nsgan' as const, 'relativistic' as const, 'wgan' as const, 'lsgan' as const),
        order,
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 3 }),
        weight,
        weight,
        fc.boolean(),
        fc.integer({ min: 0, max: 1e6 }),
        (loss, order, N, steps, critic, r1, instanceNoise, bias, seed) => {
          const biased = bias && loss !== 'wgan' && loss !== 'relativistic';
          const innerSteps = order === 'simultaneous' ? 1 : critic;
          const options: DiracTrajectoryOptions = {
            ...{ loss, order, steps, innerSteps, r1, stepTheta: 0.1, stepPsi: 0.1, recordEvery: 1 },
            ...(loss === 'wgan' ? { clip: 0.8 } : { instanceNoise }),
          };
          const program = dirac(N, seed, options, biased);
          // Ten roundings of numbers below 4 in each of at most 32 moves, each move growing an error by at most 1.4.
          const tolerance = 40 * 32 * 1.4 ** 32 * 2 ** -53;
          expectClose(read(backend, program), read(reference, program), tolerance);
        },
      ),
      run,
    );
  });

  it('diracTrajectories without an exponential: the same bits as the reference where nothing is fused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('wgan' as const, 'lsgan' as const, 'hinge' as const),
        order,
        fc.integer({ min: 0, max: 150 }),
        fc.integer({ min: 0, max: 20 }),
        weight,
        weight,
        fc.boolean(),
        (loss, order, N, steps, r2, gradientPenalty, bias) => {
          const options: DiracTrajectoryOptions = {
            ...{ loss, order, steps, r2, gradientPenalty, stepTheta: 0.1, stepPsi: 0.15 },
            ...(loss === 'wgan' ? { clip: 0.8 } : {}),
          };
          const program = dirac(N, 5, options, bias && loss !== 'wgan');
          const mine = read(backends.reproducible, program);
          expectClose(mine, read(reference, program), 0);
        },
      ),
      run,
    );
  });

  it('diracTrajectories: a trajectory has the same bits wherever it stands', () => {
    const values = [wave(200, 1), wave(200, 2)] as const;
    for (const loss of ['gan', 'nsgan', 'wgan', 'lsgan', 'hinge'] as const) {
      const program = (from: number, N: number) => (on: Backend) => {
        const [theta0, psi0] = values.map((line) => on.tensor(line.slice(from, from + N), [N])) as [Tensor, Tensor];
        return on.diracTrajectories(theta0, psi0, { loss, stepTheta: 0.2, stepPsi: 0.2, steps: 9 }).theta;
      };
      const all = read(backend, program(0, 200));
      for (const [from, N] of [
        [0, 1],
        [5, 9],
        [63, 70],
        [100, 100],
      ] as const) {
        expect(read(backend, program(from, N))).toEqual(all.slice(from, from + N));
      }
    }
  });
});
