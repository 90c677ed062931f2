import type { Backend, Tensor, TrajectoryOptions } from '../backend.js';
import { type ConformanceCase, type Input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

const starts = (seed: number, count: number): Input => ({
  data: Float64Array.from(noise(seed, count)),
  shape: [count],
});

async function check(backend: Backend, p0: Input, q0: Input, options: TrajectoryOptions, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [p0, q0], (owner, p, q) => ({
    ...owner.bilinearTrajectories(p as Tensor, q as Tensor, options),
  }));
  const rows = options.recordEvery === undefined ? 1 : options.steps / options.recordEvery + 1;
  expectShape('p', tensors.p, [rows, p0.shape[0] as number]);
  // A fused multiply-add differs by one rounding a step, and a stable map carries each rounding along unchanged; the
  // unstable ones grow the state and its error alike.
  const growth = options.order === 'simultaneous' ? (1 + options.stepP * options.stepQ) ** (options.steps / 2) : 8;
  const absolute = slack * (options.steps + 1) * 2 ** -52 * growth * 4;
  expectClose('p', actual.p, expected.p, { absolute });
  expectClose('q', actual.q, expected.q, { absolute });
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'bilinearTrajectories',
  name,
  tags,
  run,
});

export const bilinearTrajectoriesCases: readonly ConformanceCase[] = [
  ...[0, 1, 2, 3, 11, 12, 13, 25, 97, 1001].map((count) =>
    makeCase(`${count} trajectories`, (backend, slack) =>
      check(backend, starts(count, count), starts(count + 1, count), { stepP: 0.37, stepQ: 0.37, steps: 50 }, slack),
    ),
  ),
  ...(['q-first', 'p-first', 'simultaneous'] as const).map((order) =>
    makeCase(`order ${order}, two step sizes, every 4th state`, (backend, slack) => {
      const options = { stepP: 0.2, stepQ: 0.7, steps: 20, order, recordEvery: 4 };
      return check(backend, starts(5, 17), starts(6, 17), options, slack);
    }),
  ),
  makeCase('0 steps return the start', (backend, slack) =>
    check(backend, starts(7, 5), starts(8, 5), { stepP: 1, stepQ: 1, steps: 0 }, slack),
  ),
  makeCase('the table of the assignment, exactly', async (backend) => {
    const one: Input = { data: Float64Array.of(1), shape: [1] };
    const options = { stepP: 1, stepQ: 1, steps: 6, recordEvery: 1 };
    const { actual } = await onBoth(backend, [one, one], (owner, p, q) => ({
      ...owner.bilinearTrajectories(p as Tensor, q as Tensor, options),
    }));
    expectClose('q', actual.q, Float64Array.of(1, 2, 1, -1, -2, -1, 1), {});
    expectClose('p', actual.p, Float64Array.of(1, -1, -2, -1, 1, 2, 1), {});
  }),
  makeCase(
    'NaN and infinities stay in their trajectory',
    (backend, slack) => {
      const p: Input = { data: Float64Array.of(1, Number.NaN, 2, Number.POSITIVE_INFINITY, 3), shape: [5] };
      return check(backend, p, starts(9, 5), { stepP: 0.5, stepQ: 0.5, steps: 3 }, slack);
    },
    ['non-finite'],
  ),
  makeCase('rejects bad steps', async (backend) => {
    backend.scope(() => {
      const p = backend.tensor(new Float64Array(2), [2]);
      const run = (options: object) => () =>
        backend.bilinearTrajectories(p, p, { stepP: 1, stepQ: 1, steps: 6, ...options });
      const expect = (options: object, text: RegExp) =>
        expectThrows('bilinearTrajectories', run(options), 'ValueError', text);
      expect({ steps: -1 }, /steps must be an integer from 0 to 2147483647, got -1/);
      expect({ stepP: Number.NaN }, /stepP must be a finite number, got NaN/);
      expect({ recordEvery: 4 }, /recordEvery must be a positive integer that divides steps \(6\), got 4/);
      expect({ order: 'both' }, /order must be 'q-first', 'p-first' or 'simultaneous', got both/);
    });
  }),
];
