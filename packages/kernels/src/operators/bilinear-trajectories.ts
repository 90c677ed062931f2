import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkOptions, checkTensor, equalShapes } from './check.js';
import { checkFinite, checkRecording, type RecordingOptions, type RecordingPlan } from './recording.js';

/** Which player moves first, or whether both move at once. */
export type UpdateOrder = 'q-first' | 'p-first' | 'simultaneous';

/** Options of {@link BilinearTrajectoriesOperators.bilinearTrajectories}. */
export interface TrajectoryOptions extends RecordingOptions {
  /** Step size of the minimising player p. */
  stepP: number;
  /** Step size of the maximising player q. */
  stepQ: number;
  /** Default 'q-first', the assignment's order. */
  order?: UpdateOrder;
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

/** A checked bilinearTrajectories. */
export interface TrajectoryPlan extends RecordingPlan {
  count: number;
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
  const stepP = checkFinite(fn, 'stepP', options.stepP);
  const stepQ = checkFinite(fn, 'stepQ', options.stepQ);
  const recording = checkRecording(fn, options);
  const order = options.order ?? 'q-first';
  if (!['q-first', 'p-first', 'simultaneous'].includes(order)) {
    throw new ValueError(`${fn}: order must be 'q-first', 'p-first' or 'simultaneous', got ${String(order)}`);
  }
  return { count: p0.shape[0] as number, ...recording, stepP, stepQ, order };
}
