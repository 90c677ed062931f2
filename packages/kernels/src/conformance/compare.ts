import type { Tensor, TensorData } from '../backend.js';
import { DlvError } from '../errors.js';

/** Thrown by a conformance case that a backend does not pass. */
export class ConformanceError extends DlvError {
  override name = 'ConformanceError';
}

/** Allowed error of one element: `absolute + relative * |expected|`, or a bound per element. */
export interface Tolerance {
  absolute?: number | ArrayLike<number>;
  relative?: number;
}

/** Throws unless every element agrees: NaN with NaN, infinities exactly, the rest within the tolerance. */
export function expectClose(what: string, actual: TensorData, expected: TensorData, tolerance: Tolerance): void {
  if (actual.constructor !== expected.constructor || actual.length !== expected.length) {
    throw new ConformanceError(
      `${what}: got ${actual.constructor.name}(${actual.length}), expected ${expected.constructor.name}(${expected.length})`,
    );
  }
  const { absolute = 0, relative = 0 } = tolerance;
  for (let i = 0; i < expected.length; i++) {
    const got = actual[i] as number;
    const want = expected[i] as number;
    if (Object.is(got, want) || got === want) continue;
    const allowed = (typeof absolute === 'number' ? absolute : (absolute[i] as number)) + relative * Math.abs(want);
    if (!(Math.abs(got - want) <= allowed)) {
      throw new ConformanceError(`${what}: element ${i} is ${got}, expected ${want} within ${allowed}`);
    }
  }
}

/** Throws unless the tensor has this shape. */
export function expectShape(what: string, tensor: Tensor, shape: readonly number[]): void {
  if (tensor.shape.join() !== shape.join()) {
    throw new ConformanceError(`${what}: has shape [${tensor.shape.join()}], expected [${shape.join()}]`);
  }
}

/** Throws unless `fn` throws an error of this name whose text matches. */
export function expectThrows(what: string, fn: () => unknown, name: string, text: RegExp): void {
  let error: unknown;
  try {
    fn();
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof Error)) throw new ConformanceError(`${what}: did not throw, expected ${name} ${text}`);
  if (error.name !== name || !text.test(error.message)) {
    throw new ConformanceError(`${what}: threw ${error.name}: ${error.message}; expected ${name} ${text}`);
  }
}
