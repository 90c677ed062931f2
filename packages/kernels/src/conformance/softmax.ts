import type { Backend, Tensor } from '../backend.js';
import { createReferenceBackend } from '../reference/backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows, type Tolerance } from './compare.js';

const forward = ['softmax', 'logSoftmax', 'logSumExp'] as const;
const backward = ['softmaxGradient', 'logSoftmaxGradient'] as const;
type Name = (typeof forward)[number] | (typeof backward)[number];

/** What a backward pass starts from: the reference's result of the forward pass. */
async function forwardOf(name: 'softmaxGradient' | 'logSoftmaxGradient', x: Input): Promise<Input> {
  const reference = await createReferenceBackend();
  const from = reference.tensor(x.data, x.shape);
  const y = name === 'softmaxGradient' ? reference.softmax(from) : reference.logSoftmax(from);
  const data = y.dataSync();
  reference.dispose();
  return { data, shape: x.shape };
}

async function check(name: Name, backend: Backend, x: Input, slack = 1): Promise<void> {
  const slopes = name === 'softmaxGradient' || name === 'logSoftmaxGradient';
  const inputs = slopes ? [await forwardOf(name, x), input(77, x.shape)] : [x];
  const { actual, expected, tensors } = await onBoth(backend, inputs, (owner, ...made) => {
    const [from, dy] = made as [Tensor, Tensor];
    return { result: slopes ? owner[name](from, dy) : owner[name](from) };
  });
  expectShape(name, tensors.result, name === 'logSumExp' ? x.shape.slice(0, -1) : x.shape);
  expectClose(
    `${name} [${x.shape}]`,
    actual.result,
    expected.result,
    tolerances(x.shape.at(-1) as number, slack)[name],
  );
}

function tolerances(columns: number, slack: number): Record<Name, Tolerance> {
  // 2 ulp of the exponential, half an ulp of x - max scaled by its size (at most 104 before underflow), log2(n) of the
  // sum's tree and 1 of the division, all relative; results below the smallest normal number may be flushed.
  const relative = slack * (2 * 2 + 104 + Math.log2(columns + 1) + columns / 8 + 2) * float32Roundoff;
  // A logarithm turns the sum's relative error into an absolute one; the rest are roundings of the result.
  const sums = { relative: 4 * slack * float32Roundoff, absolute: relative };
  return {
    softmax: { relative, absolute: slack * 2 ** -126 },
    logSoftmax: sums,
    logSumExp: sums,
    // Sums of |dy| <= 1, weighted by probabilities of sum 1, and in the second one of at most n such.
    softmaxGradient: { absolute: 3 * relative },
    logSoftmaxGradient: { absolute: (columns + 1) * 2 * relative },
  };
}

const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function casesOf(operator: Name): ConformanceCase[] {
  const makeCase = (
    name: string,
    run: ConformanceCase['run'],
    tags: ConformanceCase['tags'] = [],
  ): ConformanceCase => ({
    ...{ operator, name, tags, run },
  });
  return [
    ...[0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 64, 127, 1009].map((columns) =>
      makeCase(`3 rows of ${columns}`, (backend, slack) =>
        check(operator, backend, input(columns, [3, columns], 8), slack),
      ),
    ),
    makeCase('0 rows', (backend, slack) => check(operator, backend, input(1, [0, 5]), slack)),
    makeCase('rank 1 and rank 4', async (backend, slack) => {
      await check(operator, backend, input(2, [6], 3), slack);
      await check(operator, backend, input(3, [2, 3, 2, 5], 3), slack);
    }),
    makeCase('large logits do not overflow', (backend, slack) =>
      check(operator, backend, row(1000, 999, -1000, 3e38, -3e38), slack),
    ),
    makeCase('a shared offset changes nothing', (backend, slack) =>
      check(operator, backend, row(-1e4, -1e4 - 1, -1e4 - 2), slack),
    ),
    ...[
      { name: '-Infinity has probability 0', x: row(1, -inf, 2, -inf, 0.5) },
      { name: 'NaN makes its row NaN', x: row(1, 2, nan, 3, 4, 5, 6) },
      { name: '+Infinity makes its row NaN', x: row(1, inf, 2) },
      { name: 'only -Infinity makes the row NaN', x: row(-inf, -inf, -inf, -inf, -inf) },
    ].map(({ name, x }) => makeCase(name, (backend, slack) => check(operator, backend, x, slack), ['non-finite'])),
    makeCase('subnormal inputs', (backend, slack) => check(operator, backend, row(1e-40, -1e-42, 0, 1e-45), slack), [
      'subnormal',
    ]),
    makeCase('rejects a scalar', async (backend) => {
      backend.scope(() => {
        const scalar = backend.tensor(noise(1, 1), []);
        const call = () => (backend[operator] as (...tensors: Tensor[]) => Tensor)(scalar, scalar);
        expectThrows(operator, call, 'ShapeError', new RegExp(`${operator}: [xy] has shape \\[\\], expected rank 1`));
      });
    }),
  ];
}

export const softmaxCases: readonly ConformanceCase[] = [
  ...[...forward, ...backward].flatMap(casesOf),
  ...backward.map(
    (operator): ConformanceCase => ({
      ...{ operator, name: 'rejects shapes that differ', tags: [] },
      async run(backend) {
        backend.scope(() => {
          const [row, other] = [backend.tensor(noise(1, 3), [3]), backend.tensor(noise(1, 4), [4])];
          const text = new RegExp(`${operator}: dy has shape \\[4\\], but y \\[3\\]`);
          expectThrows(operator, () => backend[operator](row, other), 'ShapeError', text);
        });
      },
    }),
  ),
];
