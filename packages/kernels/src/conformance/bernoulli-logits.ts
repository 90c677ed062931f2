import type { Backend, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

async function check(backend: Backend, x: Input, logits: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x, logits], (owner, tx, tl) => ({
    ...owner.bernoulliLogits(tx as Tensor, tl as Tensor, { gradient: true }),
    alone: owner.bernoulliLogits(tx as Tensor, tl as Tensor).logLikelihood,
  }));
  const [rows, columns] = x.shape as [number, number];
  expectShape('logLikelihood', tensors.logLikelihood, [rows]);
  expectShape('gradient', tensors.gradient as Tensor, [rows, columns]);
  // Every term carries at most 4 ulp of itself; the terms are x l - softplus(l), each no larger than |l| + 1.
  const absolute = Float64Array.from({ length: rows }, (_, row) => {
    const terms = (logits.data as Float32Array).subarray(row * columns, (row + 1) * columns);
    const total = terms.reduce((sum, logit) => sum + (Number.isFinite(logit) ? 2 * Math.abs(logit) + 1 : 0), 0);
    return slack * 8 * float32Roundoff * total;
  });
  expectClose('logLikelihood', actual.logLikelihood, expected.logLikelihood, { absolute });
  expectClose('logLikelihood without gradient', actual.alone, expected.alone, { absolute });
  expectClose('gradient', actual.gradient, expected.gradient, { absolute: slack * 6 * float32Roundoff });
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'bernoulliLogits',
  name,
  tags,
  run,
});

const pixels = (seed: number, shape: readonly [number, number]): Input => ({
  data: noise(seed, shape[0] * shape[1]).map((value) => (value + 1) / 2),
  shape,
});
const logits = (seed: number, shape: readonly [number, number], gain: number): Input => ({
  data: noise(seed, shape[0] * shape[1]).map((value) => value * gain),
  shape,
});
const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [1, values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

export const bernoulliLogitsCases: readonly ConformanceCase[] = [
  ...[0, 1, 3, 4, 5, 9, 31, 784].map((columns) =>
    makeCase(`3 rows of ${columns}`, (backend, slack) =>
      check(backend, pixels(columns, [3, columns]), logits(columns + 1, [3, columns], 6), slack),
    ),
  ),
  makeCase('0 rows', (backend, slack) => check(backend, pixels(1, [0, 5]), logits(2, [0, 5], 1), slack)),
  makeCase('large logits neither overflow nor lose the small side', (backend, slack) =>
    check(backend, row(1, 0, 1, 0, 0.5, 0.25, 1), row(100, -100, -100, 100, 1000, -3e38, 88.7), slack),
  ),
  makeCase('the golden values of the reference table', async (backend, slack = 1) => {
    const cases = [
      [1, 2.5, -0.07888973429254964],
      [0, 2.5, -2.5788897342925496],
      [0.3, -1.2, -0.6232824673380313],
      [1, -100, -100],
      [0.5, 1000, -500],
    ] as const;
    for (const [x, logit, value] of cases) {
      const { actual } = await onBoth(backend, [row(x), row(logit)], (owner, tx, tl) => ({
        sum: owner.bernoulliLogits(tx as Tensor, tl as Tensor).logLikelihood,
      }));
      expectClose('golden', actual.sum, Float32Array.of(value), { relative: slack * 8 * float32Roundoff });
    }
  }),
  makeCase(
    'NaN logits give NaN, in their row only',
    (backend, slack) => {
      const x: Input = { data: new Float32Array(12).fill(0.5), shape: [2, 6] };
      const l: Input = { data: Float32Array.of(1, nan, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5), shape: [2, 6] };
      return check(backend, x, l, slack);
    },
    ['non-finite'],
  ),
  makeCase('infinite logits', (backend, slack) => check(backend, row(0.5, 0, 0.25, 0.5), row(1, -inf, 3, inf), slack), [
    'non-finite',
  ]),
  makeCase('rejects unequal shapes', async (backend) => {
    backend.scope(() => {
      const x = backend.tensor(noise(1, 6), [2, 3]);
      const l = backend.tensor(noise(1, 6), [3, 2]);
      const text = /bernoulliLogits: x has shape \[2,3\], but logits \[3,2\]/;
      expectThrows('bernoulliLogits', () => backend.bernoulliLogits(x, l), 'ShapeError', text);
    });
  }),
];
