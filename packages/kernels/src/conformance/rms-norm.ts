import type { Backend, Tensor } from '../backend.js';
import type { RmsNormGradientsOptions, RmsNormOptions } from '../operators/rms-norm.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

/** A sum of squares in 4 lanes or more, then a tree of 2; 12 for the operations on an element and on the statistics. */
const units = (columns: number) => columns / 4 + 16;

async function check(backend: Backend, x: Input, options: { scale?: boolean; epsilon?: number } = {}, slack = 1) {
  const columns = x.shape.at(-1) as number;
  const { scale: scaled, ...rest } = options;
  const { actual, expected, tensors } = await onBoth(backend, [x, input(91, [columns])], (owner, tx, scale) => {
    const all = { ...rest, ...(scaled ? { scale } : {}) } as RmsNormOptions;
    return {
      ...owner.rmsNorm(tx as Tensor, { ...all, returnStatistics: true }),
      alone: owner.rmsNorm(tx as Tensor, all).output,
    };
  });
  expectShape('output', tensors.output, x.shape);
  expectShape('inverseDeviation', tensors.inverseDeviation as Tensor, x.shape.slice(0, -1));
  // Squares do not cancel: all errors are relative, until an element or its product with the scale is subnormal.
  const relative = slack * units(columns) * float32Roundoff;
  const tolerance = { relative, absolute: slack * 2 ** -126 };
  expectClose('output', actual.output, expected.output, tolerance);
  expectClose('output without statistics', actual.alone, expected.alone, tolerance);
  expectClose('inverseDeviation', actual.inverseDeviation, expected.inverseDeviation, { relative });
}

interface GradientsCase {
  shape: readonly number[];
  scale?: boolean;
  epsilon?: number;
  given?: boolean;
  spoil?: (x: Float32Array, dy: Float32Array) => void;
}

async function checkGradients(backend: Backend, problem: GradientsCase, slack = 1): Promise<void> {
  const { shape, scale: scaled, epsilon, given, spoil } = problem;
  const columns = shape.at(-1) as number;
  const [x, dy] = [input(columns + 1, shape), input(columns + 2, shape)];
  spoil?.(x.data as Float32Array, dy.data as Float32Array);
  const inputs = [dy, x, input(91, [columns])];
  const { actual, expected, tensors } = await onBoth(backend, inputs, (owner, tdy, tx, scale) => {
    const common = epsilon === undefined ? {} : { epsilon };
    const { inverseDeviation, output } = owner.rmsNorm(tx as Tensor, { ...common, returnStatistics: true });
    const options = {
      ...common,
      ...(scaled ? { scale } : {}),
      ...(given ? { inverseDeviation } : {}),
    } as RmsNormGradientsOptions;
    const all = owner.rmsNormGradients(tdy as Tensor, tx as Tensor, { ...options, parameters: true });
    const alone = owner.rmsNormGradients(tdy as Tensor, tx as Tensor, options).x;
    return { ...all, alone, inverseDeviation, output };
  });
  expectShape('x', tensors.x, shape);
  expectShape('scale', tensors.scale as Tensor, [columns]);
  // |dy scale| <= 1 and a normalised element is at most sqrt(N); the inverse deviation enters three times.
  const roundoff = slack * (4 * units(columns) + 64) * float32Roundoff;
  const height = 1 + Math.sqrt(columns);
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const inverse = Float64Array.from(expected.inverseDeviation).filter(Number.isFinite);
  const steepest = inverse.reduce((most, value) => Math.max(most, value), 0);
  expectClose('x', actual.x, expected.x, { absolute: roundoff * height * steepest });
  expectClose('x alone', actual.alone, expected.x, { absolute: roundoff * height * steepest });
  expectClose('scale', actual.scale, expected.scale, { absolute: roundoff * rows * height });
}

const makeCase = (
  operator: 'rmsNorm' | 'rmsNormGradients',
  name: string,
  run: ConformanceCase['run'],
  tags: ConformanceCase['tags'] = [],
): ConformanceCase => ({ operator, name, tags, run });

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const sizes = [0, 1, 3, 4, 5, 7, 8, 9, 17, 64, 1009];

export const rmsNormCases: readonly ConformanceCase[] = [
  ...sizes.flatMap((columns) => [
    makeCase('rmsNorm', `3 rows of ${columns}`, (backend, slack) =>
      check(backend, input(columns, [3, columns], 2), {}, slack),
    ),
    makeCase('rmsNorm', `3 rows of ${columns}, scaled`, (backend, slack) =>
      check(backend, input(columns, [3, columns], 2), { scale: true }, slack),
    ),
  ]),
  makeCase('rmsNorm', '0 rows, rank 1 and rank 3', async (backend, slack) => {
    await check(backend, input(1, [0, 5]), {}, slack);
    await check(backend, input(2, [9]), {}, slack);
    await check(backend, input(2, [2, 2, 9]), { epsilon: 0.5 }, slack);
  }),
  makeCase('rmsNorm', 'golden values', async (backend, slack = 1) => {
    const run = async (options: RmsNormOptions, ...want: number[]) => {
      const x = backend.tensor([1, 2, 3, 4], [4]);
      const { output } = backend.rmsNorm(x, options);
      expectClose('golden', await output.data(), Float32Array.from(want), { absolute: slack * 1e-6 });
      for (const tensor of [x, output]) tensor.dispose();
    };
    // Mean square 7.5.
    await run({ epsilon: 0 }, 0.36514837, 0.73029674, 1.0954452, 1.4605935);
    await run({ epsilon: 8.5 }, 0.25, 0.5, 0.75, 1);
    const scale = backend.tensor([1, 2, 3, 4], [4]);
    await run({ epsilon: 8.5, scale }, 0.25, 1, 2.25, 4);
    scale.dispose();
  }),
  makeCase(
    'rmsNorm',
    'NaN and infinities',
    async (backend, slack) => {
      for (const odd of [nan, inf, -inf]) {
        const x = input(3, [3, 10]);
        x.data[15] = odd;
        await check(backend, x, {}, slack);
      }
    },
    ['non-finite'],
  ),
  makeCase(
    'rmsNorm',
    'subnormal inputs',
    (backend, slack) => check(backend, { data: Float32Array.of(1e-40, -1e-42, 0, 1e-45), shape: [4] }, {}, slack),
    ['subnormal'],
  ),
  makeCase('rmsNorm', 'rejects what does not fit', async (backend) => {
    backend.scope(() => {
      const x = backend.tensor(noise(1, 6), [2, 3]);
      const expect = (options: object, error: string, text: RegExp) =>
        expectThrows('rmsNorm', () => backend.rmsNorm(x, options), error, text);
      expect({ scale: x }, 'ShapeError', /rmsNorm: scale has shape \[2,3\], expected \[3\] to go with x/);
      expect({ epsilon: inf }, 'ValueError', /rmsNorm: epsilon must be a finite number of at least 0, got Infinity/);
      expect({ shift: x }, 'ValueError', /rmsNorm: unknown option 'shift'/);
      expect({ returnStatistics: 'no' }, 'ValueError', /rmsNorm: returnStatistics must be true or false, got no/);
    });
  }),
  ...sizes.map((columns) =>
    makeCase('rmsNormGradients', `3 rows of ${columns}`, (backend, slack) =>
      checkGradients(backend, { shape: [3, columns] }, slack),
    ),
  ),
  ...[0, 1, 63, 64, 65, 200].map((rows) =>
    makeCase('rmsNormGradients', `${rows} rows, scaled`, (backend, slack) =>
      checkGradients(backend, { shape: [rows, 6], scale: true }, slack),
    ),
  ),
  makeCase('rmsNormGradients', 'the statistics of the forward pass, and an epsilon', async (backend, slack) => {
    await checkGradients(backend, { shape: [2, 3, 9], given: true, epsilon: 0.5, scale: true }, slack);
    await checkGradients(backend, { shape: [9], epsilon: 0.5 }, slack);
  }),
  makeCase(
    'rmsNormGradients',
    'NaN and infinity spoil their row and their column only',
    async (backend, slack) => {
      const inX = (x: Float32Array) => x.fill(nan, 7, 8);
      const inDy = (_: Float32Array, dy: Float32Array) => dy.fill(nan, 7, 8);
      const infinite = (x: Float32Array) => x.fill(inf, 7, 8);
      for (const spoil of [inX, inDy, infinite]) await checkGradients(backend, { shape: [3, 6], spoil }, slack);
    },
    ['non-finite'],
  ),
  makeCase('rmsNormGradients', 'rejects what does not fit', async (backend) => {
    backend.scope(() => {
      const [x, dy] = [backend.tensor(noise(1, 6), [2, 3]), backend.tensor(noise(1, 6), [3, 2])];
      const three = backend.tensor(noise(1, 3), [3]);
      const expect = (gradient: Tensor, options: object, error: string, text: RegExp) =>
        expectThrows('rmsNormGradients', () => backend.rmsNormGradients(gradient, x, options), error, text);
      expect(dy, {}, 'ShapeError', /rmsNormGradients: dy has shape \[3,2\], but x \[2,3\]/);
      expect(x, { inverseDeviation: three }, 'ShapeError', /inverseDeviation has shape \[3\], expected \[2\]/);
      expect(x, { parameters: 1 }, 'ValueError', /parameters must be true or false, got 1/);
      expect(x, { mean: three }, 'ValueError', /rmsNormGradients: unknown option 'mean'/);
    });
  }),
];
