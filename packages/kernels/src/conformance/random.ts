import type { Backend, RandomBernoulliOptions, RandomOptions, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, onBoth } from './case.js';
import { ConformanceError, expectClose, expectShape, expectThrows } from './compare.js';

type RandomOperator = 'randomUniform' | 'randomNormal' | 'randomBernoulli' | 'randomPermutation';

const makeCase =
  (operator: RandomOperator) =>
  (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
    ...{ operator, name, tags, run },
  });
const uniformCase = makeCase('randomUniform');
const normalCase = makeCase('randomNormal');
const bernoulliCase = makeCase('randomBernoulli');
const permutationCase = makeCase('randomPermutation');

/** The same numbers as the reference's, to the bit unless `absolute` says otherwise. */
async function check(
  backend: Backend,
  shape: readonly number[],
  program: (owner: Backend, ...inputs: Tensor[]) => Tensor,
  { inputs = [], absolute = 0, relative = 0 }: { inputs?: Input[]; absolute?: number; relative?: number } = {},
): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, inputs, (owner, ...made) => ({
    y: program(owner, ...made),
  }));
  expectShape('result', tensors.y, shape);
  expectClose('result', actual.y, expected.y, { absolute, relative });
}

// Of z: 4 ulp of -2 ln u, halved by the square root, half an ulp of it, 2.5 of sine or cosine, 2 of angle and product.
const normalBound = (mean: number, deviation: number, slack = 1) => ({
  relative: slack * 9 * float32Roundoff,
  // The sum's rounding, and where mean and deviation z cancel, what z brought along.
  absolute: slack * 10 * float32Roundoff * (mean === 0 ? 0 : Math.abs(mean) + 7 * deviation),
});

// Published with Random123 (kat_vectors): counter, key and result of philox4x32-10.
const knownAnswers = [
  { stream: 0n, block: 0n, seed: 0n, words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    ...{ stream: 0xffffffffffffffffn, block: 0xffffffffffffffffn, seed: 0xffffffffffffffffn },
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    ...{ stream: 0x0370734413198a2en, block: 0x85a308d3243f6a88n, seed: 0x299f31d0a4093822n },
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

const sizes = [0, 1, 3, 4, 5, 15, 16, 17, 33, 127, 1009];
const places: readonly RandomOptions[] = [
  { seed: 1 },
  { seed: 2n ** 64n - 1n, stream: 7, offset: 13 },
  { seed: 12345678901234, stream: 2n ** 63n + 5n, offset: 2n ** 34n - 6n },
];

const drawn = ['randomUniform', 'randomNormal', 'randomBernoulli'] as const;
const needed = (fn: RandomOperator) => (fn === 'randomBernoulli' ? { probability: 0.5 } : {});

async function draw(
  backend: Backend,
  fn: (typeof drawn)[number],
  count: number,
  options: RandomOptions,
): Promise<Float32Array> {
  const y = backend[fn]([count], { ...needed(fn), ...options } as RandomBernoulliOptions);
  const data = await y.data();
  y.dispose();
  return Float32Array.from(data);
}

export const randomCases: readonly ConformanceCase[] = [
  ...sizes.flatMap((size) => [
    uniformCase(`${size} elements`, async (backend) => {
      for (const place of places) await check(backend, [size], (owner) => owner.randomUniform([size], place));
    }),
    normalCase(`${size} elements`, async (backend, slack) => {
      for (const place of places) {
        await check(backend, [size], (owner) => owner.randomNormal([size], place), normalBound(0, 1, slack));
      }
    }),
    bernoulliCase(`${size} elements`, async (backend) => {
      const data = Float32Array.from({ length: size }, (_, i) => (i % 7) / 6);
      for (const place of places) {
        await check(backend, [size], (owner) => owner.randomBernoulli([size], { ...place, probability: 0.3 }));
        const program = (owner: Backend, probability?: Tensor) =>
          owner.randomBernoulli([size], { ...place, probability: probability as Tensor });
        await check(backend, [size], program, { inputs: [{ data, shape: [size] }] });
      }
    }),
    permutationCase(`${size} elements`, async (backend) => {
      for (const place of places) await check(backend, [size], (owner) => owner.randomPermutation(size, place));
    }),
  ]),
  uniformCase('100003 elements of rank 0 and 3, each option', async (backend) => {
    await check(backend, [100003], (owner) => owner.randomUniform([100003], { seed: 3, low: -2, high: 5 }));
    await check(backend, [], (owner) => owner.randomUniform([], { seed: 3, low: 1e30, high: 2e30 }));
    await check(backend, [2, 3, 5], (owner) => owner.randomUniform([2, 3, 5], { seed: 3, stream: 1, high: 2 ** -140 }));
  }),
  uniformCase('never reaches high, where rounding would', async (backend) => {
    const range = { low: 16777215, high: 16777216 };
    await check(backend, [64], (owner) => owner.randomUniform([64], { seed: 4, ...range }));
    const y = backend.randomUniform([64], { seed: 4, ...range });
    expectClose('64 numbers', await y.data(), new Float32Array(64).fill(range.low), {});
    y.dispose();
  }),
  bernoulliCase('the published answers of philox4x32-10', async (backend) => {
    for (const { stream, block, seed, words } of knownAnswers) {
      for (const [i, word] of words.entries()) {
        for (const below of [0, 1]) {
          const place = { seed, stream, offset: 4n * block + BigInt(i) };
          const y = backend.randomBernoulli([1], { ...place, probability: (word + below) / 2 ** 32 });
          expectClose(`word ${i}, ${word}, below ${word + below}`, await y.data(), Uint8Array.of(below), {});
          y.dispose();
        }
      }
    }
  }),
  normalCase('mean and deviation', async (backend, slack) => {
    for (const [mean, deviation] of [
      [0, 2.5],
      [-3, 0.5],
      [1e4, 1],
      [2, 0],
    ] as const) {
      const program = (owner: Backend) => owner.randomNormal([257], { seed: 5, mean, deviation });
      await check(backend, [257], program, normalBound(mean, deviation, slack));
    }
  }),
  normalCase('100003 elements', (backend, slack) =>
    check(backend, [100003], (owner) => owner.randomNormal([100003], { seed: 6 }), normalBound(0, 1, slack)),
  ),
  bernoulliCase('probability 0 and 1, and the smallest above 0', async (backend) => {
    for (const probability of [0, 1, 2 ** -32, 1 - 2 ** -32]) {
      await check(backend, [1000], (owner) => owner.randomBernoulli([1000], { seed: 7, probability }));
    }
    const ones = backend.randomBernoulli([3, 11], { seed: 7, probability: 1 });
    expectClose('probability 1', await ones.data(), new Uint8Array(33).fill(1), {});
    ones.dispose();
  }),
  bernoulliCase(
    'probabilities outside [0, 1]',
    (backend) => {
      const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
      const data = Float32Array.of(nan, -1, 2, inf, -inf, 1, 0, -0, 0.5);
      const program = (owner: Backend, p?: Tensor) => owner.randomBernoulli([9], { seed: 8, probability: p as Tensor });
      return check(backend, [9], program, { inputs: [{ data, shape: [9] }] });
    },
    ['non-finite'],
  ),
  permutationCase('100003 elements, some of them rejected', (backend) =>
    check(backend, [100003], (owner) => owner.randomPermutation(100003, { seed: 9, offset: 5 })),
  ),
  ...drawn.flatMap((fn) => [
    makeCase(fn)('10 elements and 10 more at offset 10 are 20', async (backend) => {
      for (const start of [0, 3, 14]) {
        const place = { seed: 10, stream: 2 };
        const all = await draw(backend, fn, 20, { ...place, offset: start });
        const first = await draw(backend, fn, 10, { ...place, offset: start });
        const second = await draw(backend, fn, 10, { ...place, offset: start + 10 });
        expectClose('20 elements', Float32Array.of(...first, ...second), all, {});
      }
    }),
    makeCase(fn)('seed, stream and offset each matter', async (backend) => {
      const one = await draw(backend, fn, 99, { seed: 10 });
      const others = [{ seed: 11 }, { seed: 10, stream: 1 }, { seed: 10 + 2 ** 32 }, { seed: 10, offset: 1 }];
      for (const other of others) {
        const differing = (await draw(backend, fn, 99, other)).filter((value, i) => value !== one[i]).length;
        if (differing < 25) throw new ConformanceError(`${fn}: ${JSON.stringify(other)} changes ${differing} of 99`);
      }
    }),
    makeCase(fn)('rejects bad shapes and positions', async (backend) => {
      const expectError = (name: string, text: string, shape: unknown, options?: object) => {
        const call = backend[fn] as (...values: unknown[]) => Tensor;
        const run = () => call(shape, options && { ...needed(fn), ...options });
        expectThrows(fn, run, name, new RegExp(`^${fn}: ${text}`));
      };
      expectError('ShapeError', 'shape must be an array of non-negative integers, got 2', 2, { seed: 1 });
      expectError('ShapeError', 'shape must be an array of non-negative integers, got -1', [-1], { seed: 1 });
      expectError('ValueError', 'options must be an object, got undefined', [1]);
      expectError('ValueError', "unknown option 'sed'; it takes seed, stream, offset", [1], { sed: 1 });
      const wide = (option: string, bits: number, got: string) =>
        `${option} must be an integer from 0 to 2\\^${bits} - 1 \\(a safe integer or a bigint\\), got ${got}`;
      expectError('ValueError', wide('seed', 64, 'undefined'), [1], {});
      expectError('ValueError', wide('seed', 64, '-1'), [1], { seed: -1 });
      expectError('ValueError', wide('seed', 64, '18446744073709551616'), [1], { seed: 2n ** 64n });
      expectError('ValueError', wide('stream', 64, '0.5'), [1], { seed: 1, stream: 0.5 });
      expectError('ValueError', wide('offset', 66, '73786976294838206464'), [1], { seed: 1, offset: 2n ** 66n });
    }),
  ]),
  uniformCase('rejects bad ranges', async (backend) => {
    const expectError = (options: object, text: RegExp) =>
      expectThrows('randomUniform', () => backend.randomUniform([1], { seed: 1, ...options }), 'ValueError', text);
    expectError({ low: Number.NaN }, /randomUniform: low must be a finite float32 number, got NaN/);
    expectError({ high: 1e39 }, /randomUniform: high must be a finite float32 number, got 1e\+39/);
    expectError({ low: 1 }, /low and high must be float32 numbers with low < high and .* finite, got 1 and 1/);
    expectError({ low: -3e38, high: 3e38 }, /low < high and high - low finite, got -3/);
  }),
  normalCase('rejects bad parameters', async (backend) => {
    const expectError = (options: object, text: RegExp) =>
      expectThrows('randomNormal', () => backend.randomNormal([1], { seed: 1, ...options }), 'ValueError', text);
    expectError({ mean: '1' }, /randomNormal: mean must be a finite float32 number, got 1/);
    expectError({ deviation: -1 }, /randomNormal: deviation must not be negative, got -1/);
  }),
  bernoulliCase('rejects bad probabilities', async (backend) => {
    backend.scope(() => {
      const expectError = (probability: unknown, name: string, text: RegExp) => {
        const run = () => backend.randomBernoulli([2], { seed: 1, probability: probability as number });
        expectThrows('randomBernoulli', run, name, text);
      };
      expectError(1.5, 'ValueError', /probability must be a number from 0 to 1 or a float32 tensor, got 1.5/);
      expectError(undefined, 'ValueError', /a float32 tensor, got undefined/);
      const three = backend.tensor(new Float32Array(3), [3]);
      expectError(three, 'ShapeError', /probability has shape \[3\], expected \[2\]/);
      const wrong = backend.tensor(new Int32Array(2), [2]);
      expectError(wrong, 'ValueError', /probability has dtype int32, expected float32/);
    });
  }),
  permutationCase('rejects bad sizes; seed, stream and offset each matter', async (backend) => {
    const run = (n: number) => () => backend.randomPermutation(n, { seed: 1 });
    expectThrows('randomPermutation', run(-1), 'ValueError', /n must be an integer from 0 to 2147483647, got -1/);
    expectThrows('randomPermutation', run(1.5), 'ValueError', /n must be an integer .*, got 1.5/);
    const read = async (options: RandomOptions) => {
      const y = backend.randomPermutation(50, options);
      const data = await y.data();
      y.dispose();
      return data.join();
    };
    const places = [{ seed: 1 }, { seed: 2 }, { seed: 1, stream: 1 }, { seed: 1, offset: 1 }];
    const orders = new Set(await Promise.all(places.map(read)));
    if (orders.size !== places.length) throw new ConformanceError(`randomPermutation: ${orders.size} orders of 4`);
  }),
];
