import type { AffineTrajectoryOptions, Backend, Tensor } from '../backend.js';
import { type ConformanceCase, type Input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

const doubles = (seed: number, ...shape: number[]): Input => ({
  data: Float64Array.from(
    noise(
      seed,
      shape.reduce((size, length) => size * length, 1),
    ),
  ),
  shape,
});

/** d rows of d numbers whose sizes sum to at most 1, so that no step enlarges a state or its error. */
function contraction(seed: number, dimension: number): number[][] {
  const values = noise(seed, dimension * dimension);
  return Array.from({ length: dimension }, (_, i) =>
    Array.from(values.subarray(i * dimension, (i + 1) * dimension), (value) => value / dimension),
  );
}

/** `growth`: how much the powers of the matrix enlarge an error at most. */
async function check(
  backend: Backend,
  x0: Input,
  options: AffineTrajectoryOptions,
  { slack = 1, growth = 1 }: { slack?: number | undefined; growth?: number } = {},
): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x0], (owner, start) => ({
    x: owner.affineTrajectories(start as Tensor, options),
  }));
  const rows = options.recordEvery === undefined ? 1 : options.steps / options.recordEvery + 1;
  const [dimension, count] = x0.shape as [number, number];
  expectShape('x', tensors.x, [rows, dimension, count]);
  // A step rounds d products and d sums of numbers no larger than the state and the offset, fused or not.
  let largest = 1;
  for (const value of expected.x) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  const absolute = slack * growth * options.steps * 4 * dimension * 2 ** -53 * largest;
  expectClose('x', actual.x, expected.x, { absolute });
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'affineTrajectories',
  name,
  tags,
  run,
});

// Alternating gradient steps on p q with step 0.37: its powers stay below 2 / (2 - 0.37) < 2 in norm.
const alternating = [
  [1 - 0.37 * 0.37, -0.37],
  [0.37, 1],
];

export const affineTrajectoriesCases: readonly ConformanceCase[] = [
  ...[0, 1, 2, 3, 4, 5].flatMap((dimension) =>
    [0, 1, 2, 3, 5, 7, 8, 9, 17, 97].map((count) =>
      makeCase(`${count} trajectories in ${dimension} coordinates`, (backend, slack) => {
        const matrix = contraction(dimension + 1, dimension);
        const offset = Array.from(noise(dimension + 2, dimension));
        return check(backend, doubles(count, dimension, count), { matrix, offset, steps: 11 }, { slack });
      }),
    ),
  ),
  ...[2, 4, 3, 7, 33].map((dimension) =>
    makeCase(`1100 trajectories in ${dimension} coordinates, every 3rd state`, (backend, slack) =>
      check(
        backend,
        doubles(3, dimension, 1100),
        { matrix: contraction(4, dimension), offset: Array.from(noise(5, dimension)), steps: 6, recordEvery: 3 },
        { slack },
      ),
    ),
  ),
  makeCase('no offset is an offset of 0; recordEvery 1 keeps every state', (backend, slack) =>
    check(backend, doubles(6, 2, 19), { matrix: alternating, steps: 50, recordEvery: 1 }, { slack, growth: 2 }),
  ),
  makeCase('0 steps return the start', (backend, slack) =>
    check(backend, doubles(7, 3, 5), { matrix: contraction(1, 3), steps: 0 }, { slack }),
  ),
  makeCase('matrix and offset as tensors, and each changes the result', async (backend) => {
    const [x0, matrix, offset] = [doubles(8, 2, 9), doubles(9, 2, 2), doubles(10, 2)];
    const { actual, expected } = await onBoth(backend, [x0, matrix, offset], (owner, x, A, c) => {
      const [start, map, shift] = [x, A, c] as [Tensor, Tensor, Tensor];
      const rows = [0, 2].map((at) => Array.from(matrix.data.subarray(at, at + 2) as Float64Array));
      return {
        tensors: owner.affineTrajectories(start, { matrix: map, offset: shift, steps: 3 }),
        arrays: owner.affineTrajectories(start, {
          matrix: rows,
          offset: Array.from(offset.data as Float64Array),
          steps: 3,
        }),
        unmoved: owner.affineTrajectories(start, { matrix: map, steps: 3 }),
        otherMatrix: owner.affineTrajectories(start, { matrix: alternating, offset: shift, steps: 3 }),
        oneMore: owner.affineTrajectories(start, { matrix: map, offset: shift, steps: 4 }),
      };
    });
    const absolute = 64 * 2 ** -53 * 8;
    for (const name of ['tensors', 'arrays', 'unmoved', 'otherMatrix', 'oneMore'] as const) {
      expectClose(name, actual[name], expected[name], { absolute });
    }
    expectClose('arrays', actual.arrays, actual.tensors, {});
    for (const name of ['unmoved', 'otherMatrix', 'oneMore'] as const) {
      expectThrows(name, () => expectClose(name, actual[name], actual.tensors, { absolute }), 'ConformanceError', /is/);
    }
  }),
  ...[2, 3, 4].map((dimension) =>
    makeCase(
      `NaN and infinities stay in their trajectory, ${dimension} coordinates`,
      (backend, slack) => {
        const x0 = doubles(11, dimension, 9);
        x0.data[1] = Number.NaN;
        x0.data[11] = Number.POSITIVE_INFINITY;
        x0.data[4] = Number.NEGATIVE_INFINITY;
        return check(backend, x0, { matrix: contraction(12, dimension), steps: 2 }, { slack });
      },
      ['non-finite'],
    ),
  ),
  makeCase(
    'subnormal states are kept',
    async (backend) => {
      const x0: Input = { data: Float64Array.of(2 ** -1073, 3 * 2 ** -1074, 2 ** -1022, -(2 ** -1060)), shape: [2, 2] };
      const matrix = [
        [0.5, 0],
        [0, 0.25],
      ];
      const { actual, expected } = await onBoth(backend, [x0], (owner, start) => ({
        x: owner.affineTrajectories(start as Tensor, { matrix, steps: 1 }),
      }));
      expectClose('x', actual.x, expected.x, {});
      expectClose('x', actual.x, Float64Array.of(2 ** -1074, 2 ** -1073, 2 ** -1024, -(2 ** -1062)), {});
    },
    ['subnormal'],
  ),
  makeCase('rejects what it cannot use', async (backend) => {
    backend.scope(() => {
      const x = backend.tensor(new Float64Array(6), [2, 3]);
      const run = (options: object, start = x) => {
        return () => backend.affineTrajectories(start, { matrix: alternating, steps: 6, ...options });
      };
      const expect = (options: object, name: string, text: RegExp) =>
        expectThrows('affineTrajectories', run(options), name, text);
      expect(
        { matrix: [[1, 2]] },
        'ShapeError',
        /affineTrajectories: matrix has 1 rows, expected 2, the coordinates of x0/,
      );
      expect({ matrix: [[1], [2]] }, 'ShapeError', /matrix\[0\] has 1 numbers, expected 2, the coordinates of x0/);
      expect(
        {
          matrix: [
            [1, 2],
            [3, Number.NaN],
          ],
        },
        'ValueError',
        /matrix\[1\]\[1\] must be a finite number, got NaN/,
      );
      expect({ matrix: [1, 2] }, 'ValueError', /matrix\[0\] must be an array of numbers, got number/);
      expect({ matrix: x }, 'ShapeError', /matrix has shape \[2,3\], expected \[2,2\] as x0 has 2 coordinates/);
      expect(
        { matrix: undefined },
        'ValueError',
        /matrix must be a Tensor made by backend.tensor\(\.\.\.\), got undefined/,
      );
      expect({ offset: [1] }, 'ShapeError', /offset has 1 numbers, expected 2, the coordinates of x0/);
      expect({ offset: x }, 'ShapeError', /offset has shape \[2,3\], expected \[2\] as x0 has 2 coordinates/);
      expect({ steps: 1.5 }, 'ValueError', /steps must be an integer from 0 to 2147483647, got 1.5/);
      expect(
        { recordEvery: 4 },
        'ValueError',
        /recordEvery must be a positive integer that divides steps \(6\), got 4/,
      );
      expect({ order: 'q-first' }, 'ValueError', /unknown option 'order'; it takes matrix, offset, steps, recordEvery/);
      const flat = backend.tensor(new Float64Array(6), [6]);
      expectThrows('affineTrajectories', run({}, flat), 'ShapeError', /x0 has shape \[6\], expected \[d,N\]/);
      const single = backend.tensor(new Float32Array(6), [2, 3]);
      expectThrows('affineTrajectories', run({}, single), 'ValueError', /x0 has dtype float32, expected float64/);
    });
  }),
];
