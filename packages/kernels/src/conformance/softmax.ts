import type { Backend, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

const forward = ['softmax', 'logSoftmax', 'logSumExp'] as const;

async function check(backend: Backend, x: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x, input(77, x.shape)], (owner, ...inputs) => {
    const [from, dy] = inputs as [Tensor, Tensor];
    const [y, z, sum] = forward.map((name) => owner[name](from)) as [Tensor, Tensor, Tensor];
    return {
      ...{ softmax: y, logSoftmax: z, logSumExp: sum },
      ...{ dSoftmax: owner.softmaxGradient(y, dy), dLogSoftmax: owner.logSoftmaxGradient(z, dy) },
    };
  });
  expectShape('softmax', tensors.softmax, x.shape);
  expectShape('logSumExp', tensors.logSumExp, x.shape.slice(0, -1));
  // 2 ulp of the exponential, half an ulp of x - max scaled by its size (at most 104 before underflow), log2(n) of the
  // sum's tree and 1 of the division, all relative; results below the smallest normal number may be flushed.
  const columns = x.shape.at(-1) as number;
  const relative = slack * (2 * 2 + 104 + Math.log2(columns + 1) + columns / 8 + 2) * float32Roundoff;
  expectClose(`softmax [${x.shape}]`, actual.softmax, expected.softmax, { relative, absolute: slack * 2 ** -126 });
  // A logarithm turns the sum's relative error into an absolute one; the rest are roundings of the result.
  const sums = { relative: 4 * slack * float32Roundoff, absolute: relative };
  expectClose(`logSoftmax [${x.shape}]`, actual.logSoftmax, expected.logSoftmax, sums);
  expectClose(`logSumExp [${x.shape}]`, actual.logSumExp, expected.logSumExp, sums);
  // Sums of |dy| <= 1, weighted by probabilities in softmaxGradient; and twice the errors of those.
  expectClose('softmaxGradient', actual.dSoftmax, expected.dSoftmax, { absolute: 6 * relative });
  expectClose('logSoftmaxGradient', actual.dLogSoftmax, expected.dLogSoftmax, {
    absolute: (columns + 1) * 4 * relative,
  });
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'softmax',
  name,
  tags,
  run,
});

const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

export const softmaxCases: readonly ConformanceCase[] = [
  ...[0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 64, 127, 1009].map((columns) =>
    makeCase(`3 rows of ${columns}`, (backend, slack) => check(backend, input(columns, [3, columns], 8), slack)),
  ),
  makeCase('0 rows', (backend, slack) => check(backend, input(1, [0, 5]), slack)),
  makeCase('rank 1 and rank 4', async (backend, slack) => {
    await check(backend, input(2, [6], 3), slack);
    await check(backend, input(3, [2, 3, 2, 5], 3), slack);
  }),
  makeCase('large logits do not overflow', (backend, slack) =>
    check(backend, row(1000, 999, -1000, 3e38, -3e38), slack),
  ),
  makeCase('a shared offset changes nothing', (backend, slack) => check(backend, row(-1e4, -1e4 - 1, -1e4 - 2), slack)),
  ...[
    { name: '-Infinity has probability 0', x: row(1, -inf, 2, -inf, 0.5) },
    { name: 'NaN makes its row NaN', x: row(1, 2, nan, 3, 4, 5, 6) },
    { name: '+Infinity makes its row NaN', x: row(1, inf, 2) },
    { name: 'only -Infinity makes the row NaN', x: row(-inf, -inf, -inf, -inf, -inf) },
  ].map(({ name, x }) => makeCase(name, (backend, slack) => check(backend, x, slack), ['non-finite'])),
  makeCase('subnormal inputs', (backend, slack) => check(backend, row(1e-40, -1e-42, 0, 1e-45), slack), ['subnormal']),
  makeCase('rejects a scalar', async (backend) => {
    backend.scope(() => {
      const scalar = backend.tensor(noise(1, 1), []);
      expectThrows(
        'softmax',
        () => backend.softmax(scalar),
        'ShapeError',
        /softmax: x has shape \[\], expected rank 1/,
      );
      const [row, other] = [backend.tensor(noise(1, 3), [3]), backend.tensor(noise(1, 4), [4])];
      for (const name of ['softmaxGradient', 'logSoftmaxGradient'] as const) {
        const text = new RegExp(`${name}: dy has shape \\[4\\], but y \\[3\\]`);
        expectThrows(name, () => backend[name](row, other), 'ShapeError', text);
      }
    });
  }),
];
