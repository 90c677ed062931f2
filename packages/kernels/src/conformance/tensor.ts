import { createReferenceBackend } from '../reference/create.js';
import { type ConformanceCase, noise } from './case.js';
import { ConformanceError, expectClose, expectShape, expectThrows } from './compare.js';

const makeCase = (name: string, run: ConformanceCase['run']): ConformanceCase => ({
  operator: 'tensor',
  name,
  tags: [],
  run,
});

function expectTrue(what: string, holds: boolean): void {
  if (!holds) throw new ConformanceError(what);
}

export const tensorCases: readonly ConformanceCase[] = [
  makeCase('data comes back as it went in', async (backend) => {
    const values = noise(1, 24);
    const tensor = backend.tensor(values, [2, 3, 4]);
    expectShape('tensor', tensor, [2, 3, 4]);
    expectTrue('tensor: size is not 24', tensor.size === 24);
    const copy = values.slice();
    values.fill(0);
    expectClose('data', await tensor.data(), copy, {});
    const list = backend.tensor([1.5, 2, 3], [3]);
    expectClose('numbers', await list.data(), Float32Array.of(1.5, 2, 3), {});
    const mask = backend.tensor([true, false, true], [3]);
    expectClose('booleans', await mask.data(), Uint8Array.of(1, 0, 1), {});
    const empty = backend.tensor([], [0, 3]);
    expectTrue('tensor: an empty tensor has size 0', empty.size === 0 && (await empty.data()).length === 0);
    const indices = backend.tensor(Int32Array.of(-1, 0, 0x7fffffff), [3]);
    expectClose('indices', await indices.data(), Int32Array.of(-1, 0, 0x7fffffff), {});
    for (const made of [tensor, list, mask, empty, indices]) made.dispose();
  }),
  makeCase('dataSync works where info says so', async (backend) => {
    const tensor = backend.tensor([1, 2], [2]);
    if (backend.info.synchronousRead) expectClose('dataSync', tensor.dataSync(), Float32Array.of(1, 2), {});
    else expectThrows('dataSync', () => tensor.dataSync(), 'UnsupportedError', /dataSync: .*data\(\)/);
    tensor.dispose();
  }),
  makeCase('disposal frees the bytes and is noticed', async (backend) => {
    const before = backend.info.bytesInUse;
    const tensor = backend.tensor(noise(2, 1000), [1000]);
    expectTrue('info: bytesInUse did not grow', backend.info.bytesInUse >= before + 4000);
    expectTrue('info: bytesAtPeak is below bytesInUse', backend.info.bytesAtPeak >= backend.info.bytesInUse);
    tensor.dispose();
    tensor.dispose();
    expectTrue('info: bytesInUse did not return', backend.info.bytesInUse === before);
    expectThrows('softmax', () => backend.softmax(tensor), 'DisposedError', /softmax: x was disposed of/);
    const failure = await tensor.data().then(
      () => 'nothing',
      (error: Error) => error.name,
    );
    expectTrue(`data: rejected with ${failure}, expected DisposedError`, failure === 'DisposedError');
  }),
  makeCase('a scope keeps what it returns and frees the rest', async (backend) => {
    const before = backend.info.bytesInUse;
    const kept = backend.scope(() => {
      const x = backend.tensor(noise(3, 12), [3, 4]);
      const inner = backend.scope(() => ({ y: backend.softmax(x), gone: [backend.softmax(x)] }));
      return [inner.y];
    });
    expectTrue('scope: what it returned was disposed of', kept[0]?.disposed === false);
    kept[0]?.dispose();
    expectTrue('scope: it leaks', backend.info.bytesInUse === before);
    let inside: { disposed: boolean } | undefined;
    expectThrows(
      'scope',
      () =>
        backend.scope(() => {
          inside = backend.tensor([1], [1]);
          throw new RangeError('on purpose');
        }),
      'RangeError',
      /on purpose/,
    );
    expectTrue('scope: a throw leaks', inside?.disposed === true && backend.info.bytesInUse === before);
    expectThrows('scope', () => backend.scope(async () => 1), 'ValueError', /scope: fn returned a Promise/);
  }),
  makeCase('bad data and foreign tensors are refused', async (backend) => {
    expectThrows(
      'tensor',
      () => backend.tensor([1, 2, 3], [2]),
      'ShapeError',
      /data has 3 elements, but shape \[2\] needs 2/,
    );
    expectThrows(
      'tensor',
      () => backend.tensor([1], [-1]),
      'ShapeError',
      /shape must be an array of non-negative integers/,
    );
    expectThrows(
      'tensor',
      () => backend.tensor(Uint8Array.of(2), [1]),
      'ValueError',
      /bool data must be 0 or 1, got 2/,
    );
    expectThrows(
      'tensor',
      () => backend.tensor(Uint16Array.of(1), [1]),
      'ValueError',
      /tensor: Uint16Array data holds bits of 'float16' or 'bfloat16', and dtype must say which, got undefined/,
    );
    expectThrows(
      'tensor',
      () => backend.tensor(Uint16Array.of(1), [1], 'float32'),
      'ValueError',
      /and dtype must say which, got float32/,
    );
    expectThrows(
      'tensor',
      () => backend.tensor(Float32Array.of(1), [1], 'float16'),
      'ValueError',
      /tensor: Float32Array data becomes float32, but dtype is float16/,
    );
    expectThrows(
      'tensor',
      () => backend.tensor([true], [1], 'float32'),
      'ValueError',
      /tensor: Array data becomes bool, but dtype is float32/,
    );
    backend.tensor([1, 2], [2], 'float32').dispose();
    backend.tensor(Uint8Array.of(1), [1], 'bool').dispose();
    const other = await createReferenceBackend();
    const foreign = other.tensor([1, 2], [2]);
    expectThrows('softmax', () => backend.softmax(foreign), 'ValueError', /softmax: x belongs to another backend/);
    other.dispose();
  }),
];
