import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkOptions, checkTensor } from './check.js';
import { checkFinite, checkRecording, type RecordingOptions, type RecordingPlan } from './recording.js';

/** Options of {@link AffineTrajectoriesOperators.affineTrajectories}. */
export interface AffineTrajectoryOptions extends RecordingOptions {
  /** A: d rows of d finite numbers, or a float64 tensor [d, d]. */
  matrix: Tensor | readonly (readonly number[])[];
  /** c: d finite numbers, or a float64 tensor [d]. Default 0. */
  offset?: Tensor | readonly number[];
}

/** Trajectories of an affine map. */
export interface AffineTrajectoriesOperators {
  /**
   * x(t+1) = A x(t) + c for N starts at once, in float64, summed from c over the columns of A in ascending order. `x0` is
   * float64 [d, N]: one row per coordinate. Result float64 [R, d, N]: R = 1 for the final state, else
   * steps / recordEvery + 1. Every method that is linear in gradients is such a map on a bilinear or quadratic game:
   * simultaneous and alternating gradient steps, extragradient, optimistic steps and momentum (with the states they
   * remember as further coordinates). Source: Zhang and Yu 2020, Convergence of gradient methods on bilinear zero-sum games.
   */
  affineTrajectories(x0: Tensor, options: AffineTrajectoryOptions): Tensor;
}

/** A checked affineTrajectories. Arrays have become flat, row by row. */
export interface AffineTrajectoryPlan extends RecordingPlan {
  dimension: number;
  count: number;
  matrix: Tensor | Float64Array;
  offset: Tensor | Float64Array;
}

export function validateAffineTrajectories(
  backend: BackendCore,
  x0: Tensor,
  options: AffineTrajectoryOptions,
): AffineTrajectoryPlan {
  const fn = 'affineTrajectories';
  checkTensor(fn, 'x0', x0, backend, 'float64');
  checkOptions(fn, options, ['matrix', 'offset', 'steps', 'recordEvery']);
  if (x0.shape.length !== 2) throw new ShapeError(`${fn}: x0 has shape ${formatShape(x0.shape)}, expected [d,N]`);
  const [dimension, count] = x0.shape as [number, number];
  const { matrix, offset } = options;
  return {
    dimension,
    count,
    ...checkRecording(fn, options),
    matrix: Array.isArray(matrix)
      ? readMatrix(fn, matrix, dimension)
      : checkShape(fn, 'matrix', matrix as Tensor, backend, [dimension, dimension]),
    offset:
      offset === undefined
        ? new Float64Array(dimension)
        : Array.isArray(offset)
          ? readVector(fn, 'offset', offset, dimension)
          : checkShape(fn, 'offset', offset as Tensor, backend, [dimension]),
  };
}

function checkShape(fn: string, name: string, tensor: Tensor, backend: BackendCore, shape: readonly number[]): Tensor {
  checkTensor(fn, name, tensor, backend, 'float64');
  if (formatShape(tensor.shape) !== formatShape(shape)) {
    const [got, wanted] = [formatShape(tensor.shape), formatShape(shape)];
    throw new ShapeError(`${fn}: ${name} has shape ${got}, expected ${wanted} as x0 has ${shape[0]} coordinates`);
  }
  return tensor;
}

function readMatrix(fn: string, matrix: readonly unknown[], dimension: number): Float64Array {
  if (matrix.length !== dimension) {
    throw new ShapeError(`${fn}: matrix has ${matrix.length} rows, expected ${dimension}, the coordinates of x0`);
  }
  const values = new Float64Array(dimension * dimension);
  matrix.forEach((row, i) => {
    values.set(readVector(fn, `matrix[${i}]`, row, dimension), i * dimension);
  });
  return values;
}

function readVector(fn: string, name: string, vector: unknown, dimension: number): Float64Array {
  if (!Array.isArray(vector)) throw new ValueError(`${fn}: ${name} must be an array of numbers, got ${typeof vector}`);
  if (vector.length !== dimension) {
    throw new ShapeError(`${fn}: ${name} has ${vector.length} numbers, expected ${dimension}, the coordinates of x0`);
  }
  return Float64Array.from(vector, (value, j) => checkFinite(fn, `${name}[${j}]`, value));
}
