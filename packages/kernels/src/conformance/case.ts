import type { Backend, DataType, OperatorName, Tensor, TensorData } from '../backend.js';
import { createReferenceBackend } from '../reference/create.js';
import { sizeOf } from '../tensor-data.js';

/** One thing a backend must do right. */
export interface ConformanceCase {
  readonly operator: OperatorName | 'tensor';
  readonly name: string;
  /** 'non-finite' and 'subnormal' mark inputs whose treatment GPU languages leave open. */
  readonly tags: readonly ('non-finite' | 'subnormal')[];
  /**
   * Resolves when the backend passes and rejects with a `ConformanceError` otherwise. `slack` (default 1) multiplies
   * every error bound: the bounds are proven for float32 sums in any order with an exponential of 2 ulp, and a GPU's
   * exponential is allowed to be coarser. An operator the backend lacks must throw `UnsupportedError`.
   */
  run(backend: Backend, slack?: number): Promise<void>;
}

/** Unit roundoff of float32. */
export const float32Roundoff = 2 ** -24;

/** Deterministic noise in [-1, 1), the same on every engine (mulberry32). */
export function noise(seed: number, size: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: size }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** A named array with a shape, made into a tensor on each backend under comparison. */
export interface Input {
  data: TensorData;
  shape: readonly number[];
  /** Needed where the data is bits. */
  dtype?: DataType;
}

export const input = (seed: number, shape: readonly number[], gain = 1): Input => ({
  data: noise(seed, sizeOf(shape)).map((value) => value * gain),
  shape,
});

/** Runs the same program on `backend` and on the reference, and returns what both read back. */
export async function onBoth<T extends Record<string, Tensor | undefined>>(
  backend: Backend,
  inputs: readonly Input[],
  program: (backend: Backend, ...tensors: Tensor[]) => T,
): Promise<{ actual: Record<keyof T, TensorData>; expected: Record<keyof T, TensorData>; tensors: T }> {
  const reference = await createReferenceBackend();
  try {
    const read = async (owner: Backend) => {
      const made = inputs.map(({ data, shape, dtype }) => owner.tensor(data, shape, dtype));
      const tensors = program(owner, ...made);
      const values: Partial<Record<keyof T, TensorData>> = {};
      for (const [name, tensor] of Object.entries(tensors)) {
        if (tensor) values[name as keyof T] = await tensor.data();
      }
      for (const tensor of [...made, ...Object.values(tensors)]) tensor?.dispose();
      return { values: values as Record<keyof T, TensorData>, tensors };
    };
    const mine = await read(backend);
    const truth = await read(reference);
    return { actual: mine.values, expected: truth.values, tensors: mine.tensors };
  } finally {
    reference.dispose();
  }
}
