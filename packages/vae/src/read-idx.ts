import { ValueError } from '@dlv/kernels';

/** The element types of the IDX format, by their code. */
const types = {
  8: { type: 'uint8', bytes: 1 },
  9: { type: 'int8', bytes: 1 },
  11: { type: 'int16', bytes: 2 },
  12: { type: 'int32', bytes: 4 },
  13: { type: 'float32', bytes: 4 },
  14: { type: 'float64', bytes: 8 },
} as const;

export type IdxType = (typeof types)[keyof typeof types]['type'];

/** An array read from an IDX file, in this machine's byte order. */
export interface IdxArray {
  readonly type: IdxType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

/** Where the bytes of a file may come from. */
export type IdxSource = ArrayBuffer | Uint8Array | Blob | Response;

async function bytesOf(source: IdxSource): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (typeof Response === 'function' && source instanceof Response) {
    if (!source.ok)
      throw new ValueError(
        `readIdx: the response for ${source.url || 'the request'} has status ${source.status}, expected a file`,
      );
    return new Uint8Array(await source.arrayBuffer());
  }
  if (typeof Blob === 'function' && source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  throw new ValueError(`readIdx: source must be an ArrayBuffer, Uint8Array, Blob or Response, got ${typeof source}`);
}

async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new ValueError(`readIdx: the file starts like gzip but cannot be decompressed: ${String(cause)}`, { cause });
  }
}

/** Copies `count` elements out; the file is big-endian, and DataView reads that on every machine. */
function readElements(type: IdxType, view: DataView, offset: number, count: number): IdxArray['data'] {
  const each = <T extends { [index: number]: number }>(array: T, bytes: number, read: (at: number) => number): T => {
    for (let i = 0; i < count; i++) array[i] = read(offset + i * bytes);
    return array;
  };
  switch (type) {
    case 'uint8':
      return new Uint8Array(view.buffer, view.byteOffset + offset, count).slice();
    case 'int8':
      return new Int8Array(view.buffer, view.byteOffset + offset, count).slice();
    case 'int16':
      return each(new Int16Array(count), 2, (at) => view.getInt16(at));
    case 'int32':
      return each(new Int32Array(count), 4, (at) => view.getInt32(at));
    case 'float32':
      return each(new Float32Array(count), 4, (at) => view.getFloat32(at));
    case 'float64':
      return each(new Float64Array(count), 8, (at) => view.getFloat64(at));
  }
}

/**
 * Reads an IDX file, the format of MNIST, gzip-compressed or not: two zero bytes, the element type, the rank, the sizes as
 * big-endian int32, the elements. Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 * @throws ValueError when the source is no IDX file or its length differs from what its header says.
 */
export async function readIdx(source: IdxSource): Promise<IdxArray> {
  const raw = await bytesOf(source);
  const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? await gunzip(raw) : raw;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = [...bytes.subarray(0, 4)];
  const known = types[magic[2] as keyof typeof types];
  if (magic.length < 4 || magic[0] !== 0 || magic[1] !== 0 || known === undefined) {
    const seen = magic.map((byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'nothing';
    throw new ValueError(
      `readIdx: not an IDX file: it starts with ${seen}, expected 00 00, a type of 08 09 0b 0c 0d 0e, and the rank`,
    );
  }
  const rank = magic[3] as number;
  const header = 4 + 4 * rank;
  if (bytes.length < header)
    throw new ValueError(`readIdx: the header of rank ${rank} needs ${header} bytes, the file has ${bytes.length}`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const count = shape.reduce((product, length) => product * length, 1);
  const expected = header + count * known.bytes;
  if (bytes.length !== expected) {
    throw new ValueError(
      `readIdx: shape [${shape.join(',')}] of ${known.type} needs ${expected} bytes, the file has ${bytes.length}`,
    );
  }
  return { type: known.type, shape, data: readElements(known.type, view, header, count) };
}
