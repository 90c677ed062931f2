import type { Backend, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

async function check(backend: Backend, mean: Input, logvar: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [mean, logvar], (owner, ...made) => {
    const [m, lv] = made as [Tensor, Tensor];
    const {
      divergence: sum,
      dMean: sumMean,
      dLogvar: sumLogvar,
    } = owner.gaussianKl(m, lv, {
      ...{ reduce: 'event', gradient: true },
    });
    return {
      ...owner.gaussianKl(m, lv, { gradient: true }),
      ...{ sum, sumMean, sumLogvar },
      alone: owner.gaussianKl(m, lv).divergence,
      sumAlone: owner.gaussianKl(m, lv, { reduce: 'event' }).divergence,
    };
  });
  const { shape } = mean;
  expectShape('divergence', tensors.divergence, shape);
  expectShape('divergence of events', tensors.sum, shape.slice(0, -1));
  expectShape('dMean', tensors.dMean as Tensor, shape);
  expectShape('dLogvar', tensors.dLogvar as Tensor, shape);
  // e^x - 1 - x loses most at x = 1, where 2 ulp of e are 6.7e-7 of e - 2, or 11 roundoffs; the sum, which only adds what
  // is not negative, and the square are 2 more. Below the smallest normal number results may be flushed.
  const bound = { relative: slack * 14 * float32Roundoff, absolute: slack * 2 ** -126 };
  for (const name of ['divergence', 'alone', 'sum', 'sumAlone'] as const) {
    expectClose(name, actual[name], expected[name], bound);
  }
  const negative = Array.from(actual.divergence).filter((value) => value < 0).length;
  expectClose('number of negative divergences', Float64Array.of(negative), Float64Array.of(0), {});
  expectClose('dMean', actual.dMean, expected.dMean, {});
  expectClose('dMean of events', actual.sumMean, expected.sumMean, {});
  // 2 ulp of e^x over e^x - 1 for x > 1.
  const slopeBound = { relative: slack * 8 * float32Roundoff, absolute: slack * 2 ** -126 };
  expectClose('dLogvar', actual.dLogvar, expected.dLogvar, slopeBound);
  expectClose('dLogvar of events', actual.sumLogvar, expected.sumLogvar, slopeBound);
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  ...{ operator: 'gaussianKl', name, tags, run },
});
const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [1, values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

// KL table of the closed form, computed to 50 digits.
const golden = [
  [1, 0, 0.5],
  [0, 1, 0.35914091422952255],
  [0.5, -1, 0.30893972058572117],
  [-2, 0.7, 2.156876353735238],
  [3, -20, 14.000000001030577],
  [0, 1e-4, 2.500083335e-9],
] as const;

export const gaussianKlCases: readonly ConformanceCase[] = [
  ...[0, 1, 3, 4, 5, 8, 9, 20, 31, 1009].map((columns) =>
    makeCase(`3 rows of ${columns}`, (backend, slack) =>
      check(backend, input(columns, [3, columns], 3), input(columns + 1, [3, columns], 5), slack),
    ),
  ),
  makeCase('0 rows, rank 1 and rank 3', async (backend, slack) => {
    await check(backend, input(1, [0, 5]), input(2, [0, 5]), slack);
    await check(backend, input(1, [7]), input(2, [7]), slack);
    await check(backend, input(1, [2, 3, 6]), input(2, [2, 3, 6]), slack);
  }),
  makeCase('40001 elements', (backend, slack) => check(backend, input(3, [40001], 2), input(4, [40001], 2), slack)),
  makeCase('golden values', async (backend, slack = 1) => {
    const inputs = [row(...golden.map(([m]) => m)), row(...golden.map(([, lv]) => lv))];
    const { actual } = await onBoth(backend, inputs, (owner, m, lv) => ({
      ...owner.gaussianKl(m as Tensor, lv as Tensor),
    }));
    // 0.7 and 1e-4 as float32 are 2^-25 of themselves off, which the square doubles.
    const truth = Float32Array.from(golden, ([, , value]) => value);
    expectClose('golden', actual.divergence, truth, { relative: slack * 14 * float32Roundoff });
  }),
  makeCase('small log variances keep their accuracy', async (backend, slack) => {
    const data = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? 1 : -1) * 2 ** (-i / 8));
    await check(backend, { data: new Float32Array(400), shape: [400] }, { data, shape: [400] }, slack);
  }),
  makeCase('large values overflow only where the divergence does', (backend, slack) =>
    check(backend, row(1e19, 2e19, -3e19, 0, 0, 0), row(0, 0, 0, 88, 100, -3e38), slack),
  ),
  makeCase(
    'NaN and infinities',
    (backend, slack) => check(backend, row(nan, inf, -inf, 0, 0, 0, 1), row(0, 0, 0, nan, -inf, inf, 2), slack),
    ['non-finite'],
  ),
  makeCase(
    'subnormal inputs',
    (backend, slack) => check(backend, row(1e-40, 0, -1e-45), row(1e-40, -1e-44, 1), slack),
    ['subnormal'],
  ),
  makeCase('rejects unequal shapes and bad options', async (backend) => {
    backend.scope(() => {
      const m = backend.tensor(new Float32Array(6), [2, 3]);
      const run = (logvar: Tensor, options?: object) => () => backend.gaussianKl(m, logvar, options);
      const other = backend.tensor(new Float32Array(6), [3, 2]);
      const scalar = backend.tensor(new Float32Array(1), []);
      const unequal = /gaussianKl: mean has shape \[2,3\], but logvar \[3,2\]/;
      expectThrows('gaussianKl', run(other), 'ShapeError', unequal);
      const rank = /gaussianKl: mean has shape \[\], expected rank 1 or more/;
      expectThrows('gaussianKl', () => backend.gaussianKl(scalar, scalar), 'ShapeError', rank);
      const reduce = /gaussianKl: reduce must be 'none' or 'event', got mean/;
      expectThrows('gaussianKl', run(m, { reduce: 'mean' }), 'ValueError', reduce);
      const unknown = /gaussianKl: unknown option 'sum'; it takes reduce, gradient/;
      expectThrows('gaussianKl', run(m, { sum: true }), 'ValueError', unknown);
      const boolean = /gaussianKl: gradient must be true or false, got 1/;
      expectThrows('gaussianKl', run(m, { gradient: 1 }), 'ValueError', boolean);
    });
  }),
];
