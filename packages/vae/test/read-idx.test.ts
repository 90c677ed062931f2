import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { batchOf, imagesFromIdx, readIdx } from '../src/index.js';

const file = (type: number, shape: number[], elements: number[]) => {
  const sizes = shape.flatMap((length) => [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...elements]);
};

describe('readIdx', () => {
  it('reads every element type, big-endian', async () => {
    const float64 = [...new Uint8Array(new Float64Array([-2.5]).buffer)].reverse();
    const float32 = [...new Uint8Array(new Float32Array([-2.5]).buffer)].reverse();
    for (const [type, name, bytes, value] of [
      [8, 'uint8', [200], 200],
      [9, 'int8', [200], -56],
      [11, 'int16', [0xff, 0xfe], -2],
      [12, 'int32', [0xff, 0xff, 0xff, 0xfd], -3],
      [13, 'float32', float32, -2.5],
      [14, 'float64', float64, -2.5],
    ] as const) {
      const idx = await readIdx(file(type, [1], [...bytes]));
      expect([idx.type, idx.shape, [...idx.data]]).toEqual([name, [1], [value]]);
    }
  });

  it('takes bytes, a buffer, a Blob, a Response, compressed or not', async () => {
    const bytes = file(8, [2, 1, 3], [1, 2, 3, 4, 5, 6]);
    const packed = new Uint8Array(gzipSync(bytes));
    for (const source of [
      bytes,
      bytes.buffer as ArrayBuffer,
      new Blob([bytes]),
      new Response(bytes),
      packed,
      new Response(packed),
    ]) {
      expect(await readIdx(source)).toEqual({ type: 'uint8', shape: [2, 1, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    }
    // A view into a larger buffer, and no aliasing of it.
    const larger = new Uint8Array([9, ...bytes]);
    const { data } = await readIdx(larger.subarray(1));
    larger.fill(0);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await readIdx(file(8, [0, 28, 28], []))).data.length).toBe(0);
  });

  it('refuses what is no IDX file, with the reason', async () => {
    const fails = (source: never, text: string) => expect(readIdx(source)).rejects.toThrow(text);
    await fails(
      Uint8Array.of(137, 80, 78, 71) as never,
      'readIdx: not an IDX file: it starts with 89 50 4e 47, expected 00 00',
    );
    await fails(new Uint8Array() as never, 'it starts with nothing');
    await fails(file(8, [2, 2], [1, 2, 3]) as never, 'readIdx: shape [2,2] of uint8 needs 16 bytes, the file has 15');
    await fails(Uint8Array.of(0, 0, 8, 3, 0) as never, 'readIdx: the header of rank 3 needs 16 bytes, the file has 5');
    await fails(Uint8Array.of(31, 139, 1, 2) as never, 'readIdx: the file starts like gzip but cannot be decompressed');
    await fails(
      'train-images' as never,
      'readIdx: source must be an ArrayBuffer, Uint8Array, Blob or Response, got string',
    );
    await fails(new Response(null, { status: 404 }) as never, 'has status 404, expected a file');
  });
});

describe('images', () => {
  it('are pixels in [0, 1] by batches', async () => {
    const images = imagesFromIdx(await readIdx(file(8, [3, 1, 2], [0, 255, 51, 102, 1, 2])));
    expect(images.shape).toEqual([3, 2]);
    expect([...batchOf(images, 0, 2)]).toEqual([0, 1, 0.2, 0.4].map(Math.fround));
    const floats = { data: Float32Array.of(0.25, 0.5), shape: [2, 1] as const };
    const batch = batchOf(floats, 1, 2);
    batch[0] = 9;
    expect([...floats.data]).toEqual([0.25, 0.5]);
    expect(batchOf(images, 3, 3).length).toBe(0);
  });

  it('names what is wrong', async () => {
    const images = { data: new Uint8Array(6), shape: [3, 2] as const };
    expect(() => batchOf(images, 2, 4)).toThrow(
      'batchOf: begin and end must be integers with 0 <= begin <= end <= 3, got 2 and 4',
    );
    expect(() => batchOf({ ...images, shape: [3, 3] }, 0, 1)).toThrow(
      'batchOf: images.data has 6 values, expected 3 * 3 for shape [3,3]',
    );
    expect(() => imagesFromIdx({ type: 'int32', shape: [1, 1], data: new Int32Array(1) })).toThrow(
      'imagesFromIdx: the array holds int32, expected uint8 pixels',
    );
    expect(() => imagesFromIdx({ type: 'uint8', shape: [4], data: new Uint8Array(4) })).toThrow(
      'expected rank 2 or more',
    );
  });
});
