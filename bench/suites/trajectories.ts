import { createReferenceBackend } from '@dlv/kernels';
import shapes from '../shapes/trajectories.json';
import { compare } from '../src/check.js';
import { uniform64 } from '../src/inputs.js';
import type { BenchItem, Checker, NumericArray, TrajectoriesWork } from '../src/work.js';

/** Alternating gradient descent-ascent on f(p, q) = p q, state after T steps; two multiply-adds per trajectory-step. */
export const trajectoriesSuite: BenchItem[] = shapes.map(({ count, steps, stepSize }) => ({
  suite: 'trajectories',
  name: `N ${count}, T ${steps}, h ${stepSize}`,
  note: 'alternating descent-ascent on p q, float64, final state',
  unit: 'G traj-steps/s',
  amount: count * steps,
  limited: false,
  work: (): TrajectoriesWork => ({
    operator: 'trajectories',
    ...{ count, steps, stepSize },
    p0: uniform64(count, 1),
    q0: uniform64(count, 2),
  }),
  checker: (work) => checkTrajectories(work as TrajectoriesWork),
}));

/**
 * The map turns the plane, so errors grow at most linearly in T: T 2^-52 in float64, with room for the orbit's
 * eccentricity. Contenders that only have float32 are held to its precision and are named so.
 */
export async function checkTrajectories(work: TrajectoriesWork): Promise<Checker> {
  const { count, steps, stepSize } = work;
  using backend = await createReferenceBackend();
  const p0 = backend.tensor(work.p0, [count]);
  const q0 = backend.tensor(work.q0, [count]);
  const { p, q } = backend.bilinearTrajectories(p0, q0, { stepP: stepSize, stepQ: stepSize, steps });
  const expected = [p, q].map((tensor) => ({ rows: [0], width: count, values: tensor.dataSync() as NumericArray }));
  return (outcome) => {
    const single = outcome.every((array) => array instanceof Float32Array);
    const tolerance = { absolute: 4 * steps * (single ? 2 ** -23 : 2 ** -52), relative: 0 };
    return compare(outcome, expected, count, tolerance);
  };
}
