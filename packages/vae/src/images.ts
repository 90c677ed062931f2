import { ShapeError, ValueError } from '@dlv/kernels';
import { checkRange } from './arguments.js';
import type { IdxArray } from './read-idx.js';

/** N images of E pixels each, row by row. Bytes 0..255 stand for the pixel values byte / 255; floats are in [0, 1]. */
export interface Images {
  readonly data: Uint8Array | Float32Array;
  /** [N, E] */
  readonly shape: readonly [number, number];
}

export function checkImages(fn: string, argument: string, images: Images): void {
  const [count, size] = images?.shape ?? [];
  if (
    !Number.isSafeInteger(count) ||
    !Number.isSafeInteger(size) ||
    !(images.data instanceof Uint8Array || images.data instanceof Float32Array)
  ) {
    throw new ValueError(`${fn}: ${argument} must be { data: Uint8Array | Float32Array, shape: [N, E] }`);
  }
  if (images.data.length !== (count as number) * (size as number)) {
    throw new ShapeError(
      `${fn}: ${argument}.data has ${images.data.length} values, expected ${count} * ${size} for shape [${count},${size}]`,
    );
  }
}

/** What one stored value has to be multiplied by to be a pixel in [0, 1]. */
export const pixelScale = ({ data }: Images): number => (data instanceof Uint8Array ? 1 / 255 : 1);

/**
 * The images of an IDX array of bytes [N, rows, columns, ..] as [N, rows * columns ..], without copying.
 * @throws ValueError when the elements are not bytes, ShapeError below rank 2.
 */
export function imagesFromIdx(idx: IdxArray): Images {
  const fn = 'imagesFromIdx';
  if (!(idx.data instanceof Uint8Array)) {
    throw new ValueError(`${fn}: the array holds ${idx.type}, expected uint8 pixels`);
  }
  if (idx.shape.length < 2)
    throw new ShapeError(`${fn}: the array has shape [${idx.shape.join(',')}], expected rank 2 or more`);
  const [count = 0, ...rest] = idx.shape;
  return { data: idx.data, shape: [count, rest.reduce((product, length) => product * length, 1)] };
}

/**
 * The images `begin` up to, not including, `end`, as float32 pixels in [0, 1], ready for `backend.tensor(.., [end - begin, E])`.
 * @throws ValueError when the range does not lie in 0..N.
 */
export function batchOf(images: Images, begin: number, end: number): Float32Array {
  const fn = 'batchOf';
  checkImages(fn, 'images', images);
  const [count, size] = images.shape;
  checkRange(fn, begin, end, count);
  const values = images.data.subarray(begin * size, end * size);
  if (values instanceof Float32Array) return values.slice();
  return Float32Array.from(values, (byte) => byte / 255);
}
