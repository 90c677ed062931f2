import type { DataType, DataTypeArrays, TensorData, TensorSource } from './backend.js';
import { ShapeError, ValueError } from './errors.js';

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
} as const;

/** Bytes per element. */
export const bytesPerElement = (dtype: DataType): number => arrays[dtype].BYTES_PER_ELEMENT;

/** The product of a shape; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** `[2,3]`, as error messages print a shape. */
export const formatShape = (shape: readonly number[]): string => `[${shape.join(',')}]`;

/** A zeroed typed array of a data type. */
export const allocateArray = <T extends DataType>(dtype: T, size: number): DataTypeArrays[T] =>
  new arrays[dtype](size) as DataTypeArrays[T];

/** A typed array of a data type over part of a buffer. */
export const viewArray = <T extends DataType>(
  dtype: T,
  buffer: ArrayBufferLike,
  byteOffset: number,
  size: number,
): DataTypeArrays[T] => new arrays[dtype](buffer as ArrayBuffer, byteOffset, size) as unknown as DataTypeArrays[T];

/** What `Backend.tensor` makes of its arguments: the data type they stand for and a typed array of it. */
export function readTensorArguments(
  data: TensorSource,
  shape: readonly number[],
  given?: DataType,
): { dtype: DataType; values: TensorData; shape: readonly number[] } {
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new ShapeError(`tensor: shape must be an array of non-negative integers, got ${String(shape)}`);
  }
  const size = sizeOf(shape);
  const { dtype, values } = readData(data, given);
  if (given !== undefined && given !== dtype) {
    throw new ValueError(`tensor: ${describe(data)} data becomes ${dtype}, but dtype is ${String(given)}`);
  }
  if (values.length !== size) {
    throw new ShapeError(`tensor: data has ${values.length} elements, but shape ${formatShape(shape)} needs ${size}`);
  }
  return { dtype, values, shape: Object.freeze([...shape]) };
}

function readData(data: TensorSource, given: DataType | undefined): { dtype: DataType; values: TensorData } {
  if (data instanceof Float32Array) return { dtype: 'float32', values: data };
  if (data instanceof Float64Array) return { dtype: 'float64', values: data };
  if (data instanceof Int32Array) return { dtype: 'int32', values: data };
  if (data instanceof Uint8Array) {
    const odd = data.findIndex((value) => value > 1);
    if (odd >= 0) throw new ValueError(`tensor: bool data must be 0 or 1, got ${data[odd]} at index ${odd}`);
    return { dtype: 'bool', values: data };
  }
  if (data instanceof Uint16Array) {
    if (given !== 'float16' && given !== 'bfloat16') {
      throw new ValueError(
        `tensor: Uint16Array data holds bits of 'float16' or 'bfloat16', and dtype must say which, got ${String(given)}`,
      );
    }
    return { dtype: given, values: data };
  }
  if (Array.isArray(data)) {
    if (data.length > 0 && data.every((value) => typeof value === 'boolean')) {
      return { dtype: 'bool', values: Uint8Array.from(data as boolean[], Number) };
    }
    const odd = (data as unknown[]).findIndex((value) => typeof value !== 'number');
    if (odd >= 0) throw new ValueError(`tensor: data must hold numbers or booleans, got ${typeof data[odd]} at ${odd}`);
    return { dtype: 'float32', values: Float32Array.from(data as number[]) };
  }
  throw new ValueError(
    `tensor: data must be a Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, number[] or boolean[], got ${describe(data)}`,
  );
}

const describe = (value: unknown): string =>
  value === null ? 'null' : typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
