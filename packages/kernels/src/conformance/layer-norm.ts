import type { Backend, Tensor } from '../backend.js';
import type { LayerNormGradientsOptions, LayerNormOptions } from '../operators/layer-norm.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

/** A row is summed in 8 lanes or more, then a tree of 3; 16 for the operations on an element and on the statistics. */
const units = (columns: number) => columns / 8 + 20;

const parameters = (columns: number): [Input, Input] => [input(91, [columns]), input(92, [columns])];

type Options = Omit<LayerNormOptions, 'scale' | 'shift'> & { scale?: boolean; shift?: boolean };

/** `spread`: how far the elements lie from their mean, at most. */
async function check(backend: Backend, x: Input, options: Options = {}, slack = 1, spread = 2): Promise<void> {
  const columns = x.shape.at(-1) as number;
  const { scale: scaled, shift: shifted, ...rest } = options;
  const { actual, expected, tensors } = await onBoth(
    backend,
    [x, ...parameters(columns)],
    (owner, tx, scale, shift) => {
      const both = { ...rest, ...(scaled ? { scale } : {}), ...(shifted ? { shift } : {}) } as LayerNormOptions;
      return {
        ...owner.layerNorm(tx as Tensor, { ...both, returnStatistics: true }),
        alone: owner.layerNorm(tx as Tensor, both).output,
      };
    },
  );
  const leading = x.shape.slice(0, -1);
  expectShape('output', tensors.output, x.shape);
  expectShape('mean', tensors.mean as Tensor, leading);
  expectShape('inverseDeviation', tensors.inverseDeviation as Tensor, leading);
  // The mean errs by its sum's rounding of the deviations, which is at most one of its own units after division by the
  // deviation, or by sqrt(epsilon) if that is larger; everything else is relative to the normalised element.
  const roundoff = slack * units(columns) * float32Roundoff;
  const tolerance = { absolute: 3 * roundoff, relative: roundoff };
  expectClose('output', actual.output, expected.output, tolerance);
  expectClose('output without statistics', actual.alone, expected.alone, tolerance);
  expectClose('mean', actual.mean, expected.mean, { absolute: spread * roundoff, relative: 2 * float32Roundoff });
  expectClose('inverseDeviation', actual.inverseDeviation, expected.inverseDeviation, { relative: roundoff });
}

interface GradientsCase {
  shape: readonly number[];
  scale?: boolean;
  epsilon?: number;
  /** Hand over the statistics of the forward pass. */
  given?: boolean;
  offset?: number;
  spoil?: (x: Float32Array, dy: Float32Array) => void;
}

async function checkGradients(backend: Backend, problem: GradientsCase, slack = 1): Promise<void> {
  const { shape, scale: scaled, epsilon, given, offset = 0, spoil } = problem;
  const columns = shape.at(-1) as number;
  const x: Input = { data: noise(columns + 1, sizeFor(shape)).map((value) => value + offset), shape };
  const dy: Input = { data: noise(columns + 2, sizeFor(shape)), shape };
  spoil?.(x.data as Float32Array, dy.data as Float32Array);
  const inputs = [dy, x, parameters(columns)[0]];
  const { actual, expected, tensors } = await onBoth(backend, inputs, (owner, tdy, tx, scale) => {
    const common = epsilon === undefined ? {} : { epsilon };
    const { mean, inverseDeviation, output } = owner.layerNorm(tx as Tensor, { ...common, returnStatistics: true });
    const options = {
      ...common,
      ...(scaled ? { scale } : {}),
      ...(given ? { mean, inverseDeviation } : {}),
    } as LayerNormGradientsOptions;
    const all = owner.layerNormGradients(tdy as Tensor, tx as Tensor, { ...options, parameters: true });
    const alone = owner.layerNormGradients(tdy as Tensor, tx as Tensor, options).x;
    return { ...all, alone, mean, inverseDeviation, output };
  });
  expectShape('x', tensors.x, shape);
  expectShape('scale', tensors.scale as Tensor, [columns]);
  expectShape('shift', tensors.shift as Tensor, [columns]);
  // Twice the sums of the forward pass, over 4 lanes; |dy scale| <= 1 and a normalised element is at most sqrt(N).
  const roundoff = slack * (4 * units(columns) + 64) * float32Roundoff;
  const rows = sizeFor(shape.slice(0, -1));
  const height = 2 + Math.sqrt(columns);
  const inverse = Float64Array.from(expected.inverseDeviation).filter(Number.isFinite);
  const steepest = inverse.reduce((most, value) => Math.max(most, value), 0);
  expectClose('x', actual.x, expected.x, { absolute: roundoff * height * steepest });
  expectClose('x alone', actual.alone, expected.x, { absolute: roundoff * height * steepest });
  expectClose('scale', actual.scale, expected.scale, { absolute: roundoff * rows * height });
  expectClose('shift', actual.shift, expected.shift, { absolute: roundoff * rows });
}

const sizeFor = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

const makeCase = (
  operator: 'layerNorm' | 'layerNormGradients',
  name: string,
  run: ConformanceCase['run'],
  tags: ConformanceCase['tags'] = [],
): ConformanceCase => ({ operator, name, tags, run });

const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const sizes = [0, 1, 3, 4, 5, 7, 8, 9, 17, 64, 1009];
const far = (offset: number): Input => ({ data: noise(5, 300).map((value) => value + offset), shape: [3, 100] });

export const layerNormCases: readonly ConformanceCase[] = [
  ...sizes.flatMap((columns) => [
    makeCase('layerNorm', `3 rows of ${columns}`, (backend, slack) =>
      check(backend, input(columns, [3, columns], 2), {}, slack),
    ),
    makeCase('layerNorm', `3 rows of ${columns}, scale and shift`, (backend, slack) =>
      check(backend, input(columns, [3, columns], 2), { scale: true, shift: true }, slack),
    ),
  ]),
  makeCase('layerNorm', 'scale alone, shift alone', async (backend, slack) => {
    await check(backend, input(1, [2, 3, 7]), { scale: true }, slack);
    await check(backend, input(1, [2, 3, 7]), { shift: true }, slack);
  }),
  makeCase('layerNorm', '0 rows, and rank 1', async (backend, slack) => {
    await check(backend, input(1, [0, 5]), {}, slack);
    await check(backend, input(2, [9]), {}, slack);
  }),
  makeCase('layerNorm', 'golden values', async (backend, slack = 1) => {
    const run = async (options: LayerNormOptions, ...want: number[]) => {
      const x = backend.tensor([1, 2, 3, 4], [4]);
      const { output } = backend.layerNorm(x, options);
      expectClose('golden', await output.data(), Float32Array.from(want), { absolute: slack * 1e-6 });
      for (const tensor of [x, output]) tensor.dispose();
    };
    // Mean 2.5, variance 1.25.
    await run({ epsilon: 0 }, -1.3416408, -0.4472136, 0.4472136, 1.3416408);
    await run({ epsilon: 2.75 }, -0.75, -0.25, 0.25, 0.75);
    const [scale, shift] = [backend.tensor([1, 2, 3, 4], [4]), backend.tensor([0, 0, 0, 10], [4])];
    await run({ epsilon: 2.75, scale, shift }, -0.75, -0.5, 0.75, 13);
    for (const tensor of [scale, shift]) tensor.dispose();
  }),
  ...[100, -1e4, 1e6].map((offset) =>
    makeCase('layerNorm', `a mean of ${offset} loses nothing`, (backend, slack) =>
      check(backend, far(offset), {}, slack, 1),
    ),
  ),
  makeCase('layerNorm', 'a constant row becomes the shift', (backend, slack) =>
    check(backend, { data: new Float32Array(22).fill(7.3), shape: [2, 11] }, { scale: true, shift: true }, slack),
  ),
  makeCase(
    'layerNorm',
    'NaN and infinities make their row NaN',
    async (backend, slack) => {
      for (const odd of [nan, inf, -inf]) {
        for (const at of [0, 5, 9]) {
          const x = input(3, [3, 10]);
          x.data[10 + at] = odd;
          await check(backend, x, {}, slack);
        }
      }
    },
    ['non-finite'],
  ),
  makeCase(
    'layerNorm',
    'subnormal inputs',
    (backend, slack) => check(backend, row(1e-40, -1e-42, 0, 1e-45, 1e-39), {}, slack),
    ['subnormal'],
  ),
  makeCase('layerNorm', 'rejects what does not fit', async (backend) => {
    backend.scope(() => {
      const x = backend.tensor(noise(1, 6), [2, 3]);
      const scalar = backend.tensor(noise(1, 1), []);
      const expect = (options: object, error: string, text: RegExp) =>
        expectThrows('layerNorm', () => backend.layerNorm(x, options), error, text);
      expect({ scale: x }, 'ShapeError', /layerNorm: scale has shape \[2,3\], expected \[3\] to go with x/);
      expect({ shift: scalar }, 'ShapeError', /layerNorm: shift has shape \[\], expected \[3\] to go with x/);
      expect({ epsilon: -1 }, 'ValueError', /layerNorm: epsilon must be a finite number of at least 0, got -1/);
      expect({ returnStatistics: 1 }, 'ValueError', /layerNorm: returnStatistics must be true or false, got 1/);
      expect({ axis: 1 }, 'ValueError', /layerNorm: unknown option 'axis'/);
      expectThrows('layerNorm', () => backend.layerNorm(scalar), 'ShapeError', /layerNorm: x has shape \[\]/);
    });
  }),
  ...sizes.map((columns) =>
    makeCase('layerNormGradients', `3 rows of ${columns}`, (backend, slack) =>
      checkGradients(backend, { shape: [3, columns] }, slack),
    ),
  ),
  ...[0, 1, 63, 64, 65, 200].map((rows) =>
    makeCase('layerNormGradients', `${rows} rows, scaled`, (backend, slack) =>
      checkGradients(backend, { shape: [rows, 6], scale: true }, slack),
    ),
  ),
  makeCase('layerNormGradients', 'the statistics of the forward pass, and an epsilon', async (backend, slack) => {
    await checkGradients(backend, { shape: [2, 3, 9], given: true, epsilon: 0.5, scale: true }, slack);
    await checkGradients(backend, { shape: [9], epsilon: 0.5 }, slack);
  }),
  makeCase('layerNormGradients', 'a mean of 10000 loses nothing', async (backend, slack) => {
    await checkGradients(backend, { shape: [3, 50], offset: 1e4 }, slack);
    await checkGradients(backend, { shape: [3, 50], offset: 1e4, given: true }, slack);
  }),
  makeCase(
    'layerNormGradients',
    'NaN spoils its row and its column only',
    async (backend, slack) => {
      const inX = (x: Float32Array) => x.fill(nan, 7, 8);
      const inDy = (_: Float32Array, dy: Float32Array) => dy.fill(nan, 7, 8);
      const infinite = (x: Float32Array) => x.fill(inf, 7, 8);
      for (const spoil of [inX, inDy, infinite]) await checkGradients(backend, { shape: [3, 6], spoil }, slack);
    },
    ['non-finite'],
  ),
  makeCase('layerNormGradients', 'rejects what does not fit', async (backend) => {
    backend.scope(() => {
      const [x, dy] = [backend.tensor(noise(1, 6), [2, 3]), backend.tensor(noise(1, 6), [3, 2])];
      const [two, three] = [backend.tensor(noise(1, 2), [2]), backend.tensor(noise(1, 3), [3])];
      const expect = (gradient: Tensor, options: object, error: string, text: RegExp) =>
        expectThrows('layerNormGradients', () => backend.layerNormGradients(gradient, x, options), error, text);
      expect(dy, {}, 'ShapeError', /layerNormGradients: dy has shape \[3,2\], but x \[2,3\]/);
      expect(x, { scale: two }, 'ShapeError', /layerNormGradients: scale has shape \[2\], expected \[3\]/);
      expect(x, { mean: two }, 'ValueError', /got mean alone, expected mean and inverseDeviation or neither/);
      expect(x, { inverseDeviation: two }, 'ValueError', /got inverseDeviation alone/);
      const text = /layerNormGradients: mean has shape \[3\], expected \[2\]/;
      expect(x, { mean: three, inverseDeviation: two }, 'ShapeError', text);
      expect(x, { parameters: 'all' }, 'ValueError', /parameters must be true or false, got all/);
      expect(x, { epsilon: nan }, 'ValueError', /epsilon must be a finite number of at least 0, got NaN/);
    });
  }),
];
