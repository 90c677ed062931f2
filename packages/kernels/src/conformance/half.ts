import type { Backend, HalfDataType, Tensor } from '../backend.js';
import { type ConformanceCase, type Input, noise, onBoth } from './case.js';
import { ConformanceError, expectShape, expectThrows } from './compare.js';

const halves: readonly HalfDataType[] = ['float16', 'bfloat16'];

/** Bits of every class: zeros, subnormals, normals, infinities, quiet and signalling NaNs. */
const everyBits = Uint16Array.from({ length: 65536 }, (_, i) => i);

const ofWords = (...words: number[]): Input => ({
  data: new Float32Array(Uint32Array.from(words).buffer),
  shape: [words.length],
});
const ofNumbers = (...numbers: number[]): Input => ({ data: Float32Array.from(numbers), shape: [numbers.length] });

/** Results agree bit for bit: the conversions are exact or correctly rounded. */
async function check(backend: Backend, x: Input, dtype: 'float32' | HalfDataType): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x], (owner, tensor) => ({
    y: owner.convert(tensor as Tensor, dtype),
  }));
  const what = `convert [${x.shape}] to ${dtype}`;
  expectShape(what, tensors.y, x.shape);
  if (tensors.y.dtype !== dtype) throw new ConformanceError(`${what}: has dtype ${tensors.y.dtype}`);
  const bits = [actual.y, expected.y].map((data) => (dtype === 'float32' ? new Uint32Array(data.buffer) : data));
  const [got, want] = bits as [Uint32Array, Uint32Array];
  if (got.length !== want.length) throw new ConformanceError(`${what}: ${got.length} elements of ${want.length}`);
  const at = got.findIndex((value, i) => value !== want[i]);
  if (at >= 0) {
    throw new ConformanceError(`${what}: element ${at} is ${hexadecimal(got[at])}, expected ${hexadecimal(want[at])}`);
  }
}

const hexadecimal = (bits: number | undefined): string => `0x${bits?.toString(16)}`;

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'convert',
  name,
  tags,
  run,
});

const shapes = [[], [0], [1], [3], [4], [5], [7], [8], [9], [17], [2, 3, 5], [1009], [3, 3001]] as const;
const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Halfway between neighbours, where the even one wins; and beside that. */
const ties = [1, 1 + 2 ** -10, 1 + 2 ** -7, 3, 1023, 65504]
  .flatMap((x) => [x + 2 ** (Math.floor(Math.log2(x)) - 11), x + 2 ** (Math.floor(Math.log2(x)) - 8)])
  .flatMap((x) => [x, x * (1 + 2 ** -23), x * (1 - 2 ** -23), -x]);
const small = [2 ** -14, 2 ** -24, 2 ** -25, 3 * 2 ** -25, 2 ** -26, 2 ** -126, 2 ** -133, 2 ** -134, 3 * 2 ** -134]
  .flatMap((x) => [x, x * (1 + 2 ** -23), x * (1 - 2 ** -23)])
  .flatMap((x) => [x, -x]);
const large = [65504, 65519, 65520, 65521, 65536, 3.38e38, 3.39e38, 3.3961776e38, 3.4028235e38];

export const halfCases: readonly ConformanceCase[] = [
  ...halves.flatMap((half) => [
    makeCase(`${half}, every size`, async (backend) => {
      for (const shape of shapes) {
        const data = noise(shape.length + 1, size(shape)).map((value) => value * 100);
        await check(backend, { data, shape }, half);
        const bits = Uint16Array.from(data, (value) => 0x4000 + value);
        await check(backend, { data: bits, shape, dtype: half }, 'float32');
      }
    }),
    makeCase(`${half}, ties go to even`, (backend) => check(backend, ofNumbers(...ties), half)),
    makeCase(`${half}, small values`, (backend) => check(backend, ofNumbers(0, -0, ...small), half), ['subnormal']),
    makeCase(`${half}, large values`, (backend) => check(backend, ofNumbers(...large, ...large.map((x) => -x)), half)),
    makeCase(
      `${half}, infinities and NaNs`,
      (backend) =>
        check(
          backend,
          ofWords(0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345, 0x7f800001, 0xffbfffff, 0x7fffffff),
          half,
        ),
      ['non-finite'],
    ),
    makeCase(
      `${half}, every value to float32`,
      (backend) => check(backend, { data: everyBits, shape: [65536], dtype: half }, 'float32'),
      ['non-finite', 'subnormal'],
    ),
  ]),
  makeCase('known values', async (backend) => {
    const x = backend.tensor([1, -2, 0.1, 65504, 1e6], [5]);
    const known = { float16: '3c00,c000,2e66,7bff,7c00', bfloat16: '3f80,c000,3dcd,4780,4974' };
    for (const half of halves) {
      const y = backend.convert(x, half);
      const bits = Array.from(await y.data(), (value) => value.toString(16)).join();
      if (bits !== known[half]) throw new ConformanceError(`convert to ${half}: got ${bits}, expected ${known[half]}`);
      y.dispose();
    }
    x.dispose();
  }),
  makeCase('bits come back as they went in, two bytes each', async (backend) => {
    for (const half of halves) {
      const before = backend.info.bytesInUse;
      const x = backend.tensor(everyBits, [256, 256], half);
      if (x.dtype !== half) throw new ConformanceError(`tensor: has dtype ${x.dtype}, expected ${half}`);
      const data = await x.data();
      if (!(data instanceof Uint16Array) || data.some((value, i) => value !== i)) {
        throw new ConformanceError(`data of ${half}: not the Uint16Array that went in`);
      }
      const bytes = backend.info.bytesInUse - before;
      if (bytes !== 131072) throw new ConformanceError(`${half}: 65536 elements take ${bytes} bytes`);
      x.dispose();
    }
  }),
  makeCase('refuses other types and conversions', async (backend) => {
    backend.scope(() => {
      const [x, indices] = [backend.tensor([1], [1]), backend.tensor(Int32Array.of(1), [1])];
      const [half, brain] = halves.map((dtype) => backend.tensor(Uint16Array.of(1), [1], dtype)) as [Tensor, Tensor];
      const refuses = (tensor: Tensor, dtype: unknown, text: RegExp) =>
        expectThrows('convert', () => backend.convert(tensor, dtype as HalfDataType), 'ValueError', text);
      refuses(x, 'int32', /convert: dtype must be 'float32', 'float16' or 'bfloat16', got int32/);
      refuses(x, undefined, /convert: dtype must be 'float32', 'float16' or 'bfloat16', got undefined/);
      refuses(x, 'float32', /convert: x has dtype float32, expected float16 or bfloat16/);
      refuses(indices, 'float32', /convert: x has dtype int32, expected float16 or bfloat16/);
      refuses(indices, 'float16', /convert: x has dtype int32, expected float32/);
      refuses(half, 'bfloat16', /convert: x has dtype float16, expected float32/);
      refuses(brain, 'bfloat16', /convert: x has dtype bfloat16, expected float32/);
    });
  }),
];
