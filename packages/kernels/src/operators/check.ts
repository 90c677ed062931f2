import type { BackendCore, DataType, Tensor } from '../backend.js';
import { DisposedError, ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';

// Argument checks shared by every backend, so that each gives the same errors and the same defaults.

/** Rejects anything but an object whose keys are all `allowed`. */
export function checkOptions(fn: string, options: object, allowed: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ValueError(`${fn}: options must be an object, got ${String(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!allowed.includes(key)) {
      throw new ValueError(`${fn}: unknown option '${key}'; it takes ${allowed.join(', ') || 'none'}`);
    }
  }
}

/** Rejects what is not a live tensor of this backend with this data type, or one of these. */
export function checkTensor(
  fn: string,
  argument: string,
  tensor: Tensor,
  backend: BackendCore,
  ...dtypes: readonly [DataType, ...DataType[]]
): void {
  if (backend.disposed) throw new DisposedError(`${fn}: the ${backend.info.name} backend was disposed of`);
  if (typeof tensor !== 'object' || tensor === null || !Array.isArray(tensor.shape) || !('backend' in tensor)) {
    throw new ValueError(`${fn}: ${argument} must be a Tensor made by backend.tensor(...), got ${typeof tensor}`);
  }
  if (tensor.backend !== backend) {
    const owner = tensor.backend.info.name;
    throw new ValueError(
      `${fn}: ${argument} belongs to another backend (${owner}); copy its data into this one (${backend.info.name})`,
    );
  }
  if (tensor.disposed) throw new DisposedError(`${fn}: ${argument} was disposed of`);
  if (!dtypes.includes(tensor.dtype)) {
    throw new ValueError(`${fn}: ${argument} has dtype ${tensor.dtype}, expected ${dtypes.join(' or ')}`);
  }
}

export const checkBoolean = (fn: string, option: string, value: unknown): boolean => {
  if (typeof value !== 'boolean') throw new ValueError(`${fn}: ${option} must be true or false, got ${String(value)}`);
  return value;
};

export const checkRank = (fn: string, argument: string, tensor: Tensor, minimum: number): void => {
  if (tensor.shape.length < minimum) {
    throw new ShapeError(`${fn}: ${argument} has shape ${formatShape(tensor.shape)}, expected rank ${minimum} or more`);
  }
};

export const equalShapes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);
