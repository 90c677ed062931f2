import type { DataType, DataTypeArrays, TensorData, TensorOptions, TensorSource } from './backend.js';
import { ShapeError, ValueError } from './errors.js';
import { checkOptions } from './operators/check.js';

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
  options: TensorOptions = {},
): { dtype: DataType; values: TensorData; shape: readonly number[] } {
  checkOptions('tensor', options, ['dtype']);
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw new ShapeError(`tensor: shape must be an array of non-negative integers, got ${String(shape)}`);
  }
  const size = sizeOf(shape);
  const { dtype, values } = readData(data, options.dtype);
  if (values.length !== size) {
    throw new ShapeError(`tensor: data has ${values.length} elements, but shape ${formatShape(shape)} needs ${size}`);
  }
  return { dtype, values, shape: Object.freeze([...shape]) };
}

function readData(data: TensorSource, wanted: DataType | undefined): { dtype: DataType; values: TensorData } {
  if (wanted !== undefined && !Object.hasOwn(arrays, wanted)) {
    throw new ValueError(`tensor: dtype must be one of ${Object.keys(arrays).join(', ')}, got ${String(wanted)}`);
  }
  const natural = naturalType(data);
  const dtype = wanted ?? natural;
  if (dtype === undefined) {
    throw new ValueError(
      data instanceof Uint16Array
        ? "tensor: data is a Uint16Array; say by the option dtype whether it holds 'float16' or 'bfloat16'"
        : `tensor: data must be a typed array of a DataType, number[] or boolean[], got ${describe(data)}`,
    );
  }
  const values = Array.isArray(data) ? fromList(data, dtype) : (data as TensorData);
  if (!(values instanceof arrays[dtype])) {
    throw new ValueError(`tensor: dtype ${dtype} needs a ${arrays[dtype].name}, got ${describe(data)}`);
  }
  if (dtype === 'bool') {
    const odd = (values as Uint8Array).findIndex((value) => value > 1);
    if (odd >= 0) throw new ValueError(`tensor: bool data must be 0 or 1, got ${values[odd]} at index ${odd}`);
  }
  return { dtype, values };
}

function naturalType(data: TensorSource): DataType | undefined {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Float64Array) return 'float64';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof Uint8Array) return 'bool';
  if (!Array.isArray(data)) return undefined;
  return data.length > 0 && data.every((value) => typeof value === 'boolean') ? 'bool' : 'float32';
}

function fromList(data: readonly unknown[], dtype: DataType): TensorData {
  if (dtype === 'float16' || dtype === 'bfloat16') {
    throw new ValueError(`tensor: dtype ${dtype} needs its bits in a Uint16Array; cast a float32 tensor instead`);
  }
  const kind = dtype === 'bool' ? 'boolean' : 'number';
  const odd = data.findIndex((value) => typeof value !== kind && !(dtype === 'bool' && (value === 0 || value === 1)));
  if (odd >= 0) {
    const expected = dtype === 'float32' ? 'numbers or booleans' : `${kind}s`;
    throw new ValueError(`tensor: data must hold ${expected}, got ${typeof data[odd]} at ${odd}`);
  }
  const values = allocateArray(dtype, data.length);
  for (let i = 0; i < data.length; i++) values[i] = Number(data[i]);
  return values;
}

const describe = (value: unknown): string =>
  value === null ? 'null' : typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
