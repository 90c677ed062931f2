import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkOptions, checkTensor, equalShapes } from './check.js';

/** Which player moves first, or whether both move at once. */
export type UpdateOrder = 'q-first' | 'p-first' | 'simultaneous';

/** Options of {@link BilinearTrajectoriesOperators.bilinearTrajectories}. */
export interface TrajectoryOptions {
  /** Step size of the minimising player p. */
  stepP: number;
  /** Step size of the maximising player q. */
  stepQ: number;
  /** Number of full iterations (both players updated), T. */
  steps: number;
  /** Default 'q-first', the assignment's order. */
  order?: UpdateOrder;
  /** Record the state every so many steps, t = 0 included; must divide `steps`. Default: only the state at t = T. */
  recordEvery?: number;
}

/** Result of {@link BilinearTrajectoriesOperators.bilinearTrajectories}. */
export interface TrajectoryResult {
  /** float64 [R, N]: R = 1 for the final state, else steps / recordEvery + 1. */
  p: Tensor;
  /** float64 [R, N] */
  q: Tensor;
}

/** Trajectories of the bilinear game. */
export interface BilinearTrajectoriesOperators {
  /**
   * Gradient descent-ascent on f(p, q) = p q for N starts at once, in float64: p' = p - stepP q, q' = q + stepQ p, the
   * second mover using the first mover's new value unless `order` is 'simultaneous'. `p0` and `q0` are float64 [N].
   * Source: assignment question 4; Gidel et al. 2019, section 3.
   */
  bilinearTrajectories(p0: Tensor, q0: Tensor, options: TrajectoryOptions): TrajectoryResult;
}

/** A checked bilinearTrajectories: `rows` states are written, the k-th after `interval * k` steps. */
export interface TrajectoryPlan {
  count: number;
  rows: number;
  steps: number;
  interval: number;
  stepP: number;
  stepQ: number;
  order: UpdateOrder;
}

export function validateTrajectories(
  backend: BackendCore,
  p0: Tensor,
  q0: Tensor,
  options: TrajectoryOptions,
): TrajectoryPlan {
  const fn = 'bilinearTrajectories';
  checkTensor(fn, 'p0', p0, backend, 'float64');
  checkTensor(fn, 'q0', q0, backend, 'float64');
  checkOptions(fn, options, ['stepP', 'stepQ', 'steps', 'order', 'recordEvery']);
  if (p0.shape.length !== 1) throw new ShapeError(`${fn}: p0 has shape ${formatShape(p0.shape)}, expected [N]`);
  if (!equalShapes(p0.shape, q0.shape)) {
    throw new ShapeError(`${fn}: p0 has shape ${formatShape(p0.shape)}, but q0 ${formatShape(q0.shape)}`);
  }
  const { stepP, stepQ, steps, recordEvery } = options;
  for (const [name, value] of Object.entries({ stepP, stepQ })) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ValueError(`${fn}: ${name} must be a finite number, got ${String(value)}`);
    }
  }
  if (!Number.isSafeInteger(steps) || steps < 0 || steps > 0x7fffffff) {
    throw new ValueError(`${fn}: steps must be an integer from 0 to 2147483647, got ${String(steps)}`);
  }
  const order = options.order ?? 'q-first';
  if (!['q-first', 'p-first', 'simultaneous'].includes(order)) {
    throw new ValueError(`${fn}: order must be 'q-first', 'p-first' or 'simultaneous', got ${String(order)}`);
  }
  if (recordEvery !== undefined && (!Number.isSafeInteger(recordEvery) || recordEvery < 1 || steps % recordEvery)) {
    throw new ValueError(
      `${fn}: recordEvery must be a positive integer that divides steps (${steps}), got ${String(recordEvery)}`,
    );
  }
  // With one row the interval is the whole run, which recordEvery is not when there are no steps.
  const interval = steps === 0 ? 0 : (recordEvery ?? steps);
  const rows = recordEvery === undefined ? 1 : steps / recordEvery + 1;
  return { count: p0.shape[0] as number, rows, steps, interval, stepP, stepQ, order };
}
