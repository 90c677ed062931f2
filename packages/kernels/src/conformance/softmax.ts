import type { Backend, OperatorName, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

type Operator = 'softmax' | 'logSoftmax' | 'logSumExp';
type GradientOperator = 'softmaxGradient' | 'logSoftmaxGradient';

/** Error of a sum of n terms, each with an error of its own: n / 8 additions in a lane at most, then a tree of 3. */
const sumUnits = (columns: number) => columns / 8 + 4;

/**
 * Units of relative error of an exponential e^d and of the sum it is divided by. d = x - max is rounded once, its product
 * with log2(e) once more, the constant adds a quarter: 2.3 |d| in all, and 5 for the polynomial, in the term and in the sum,
 * and 2 for the division. In the sum, whose terms weigh e^d, the mean of |d| is at most log(columns).
 */
const exponentialUnits = (d: number, columns: number) =>
  2.5 * (Math.abs(d) + Math.log(columns + 1)) + 12 + sumUnits(columns);

async function check(backend: Backend, operator: Operator, x: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x], (owner, tensor) => ({
    y: owner[operator](tensor as Tensor),
  }));
  const shape = operator === 'logSumExp' ? x.shape.slice(0, -1) : x.shape;
  expectShape(operator, tensors.y, shape);
  const columns = x.shape.at(-1) as number;
  const absolute = Float64Array.from(expected.y, (value) => {
    const units = slack * float32Roundoff;
    if (operator === 'softmax') {
      // Results below the smallest normal number may be flushed.
      return units * exponentialUnits(Math.log(Math.max(value, 2 ** -126)), columns) * value + slack * 2 ** -126;
    }
    // The sum's relative error is the logarithm's absolute error, at most 2 ulp of its own beside; then one rounding of the
    // result, and for logSumExp the rounding of max x + log(sum), where the two may cancel to less than either.
    const parts = operator === 'logSumExp' ? Math.abs(value) + 2 * Math.log(columns + 1) : Math.abs(value);
    const finite = Number.isFinite(value) ? parts : 0;
    return units * (exponentialUnits(0, columns) + 2 * finite + 2 * Math.log(columns + 1));
  });
  expectClose(`${operator} [${x.shape}]`, actual.y, expected.y, { absolute });
}

async function checkGradient(backend: Backend, operator: GradientOperator, y: Input, dy: Input, slack = 1) {
  const { actual, expected, tensors } = await onBoth(backend, [y, dy], (owner, ty, tdy) => ({
    dx: owner[operator](ty as Tensor, tdy as Tensor),
  }));
  expectShape(operator, tensors.dx, y.shape);
  // The sum's terms are at most 1 in size here, so it errs by sumUnits times their sum; exp adds 2 ulp to a product <= the sum.
  const columns = y.shape.at(-1) as number;
  const total = operator === 'softmaxGradient' ? 1 : columns;
  const absolute = slack * float32Roundoff * (sumUnits(columns) + 8) * (total + 1);
  expectClose(`${operator} [${y.shape}]`, actual.dx, expected.dx, { absolute });
}

const makeCase = (
  operator: OperatorName,
  name: string,
  run: ConformanceCase['run'],
  tags: ConformanceCase['tags'] = [],
): ConformanceCase => ({ operator, name, tags, run });

const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
/** A NaN with every bit of its payload set, as memory may hold but JavaScript rarely makes. */
const fullNaN = new Float32Array(Uint32Array.of(0x7fffffff).buffer);
const long = (...values: number[]): Input => {
  const data = noise(7, 41);
  data.set(values, 17);
  return { data, shape: [41] };
};

/** Probabilities, or their logarithms, and a gradient. */
const gradientInputs = (operator: GradientOperator, shape: readonly number[]): [Input, Input] => {
  const columns = shape.at(-1) as number;
  const y = input(columns + 1, shape);
  const weights = (y.data as Float32Array).map((value) => (value + 1) / Math.max(columns, 1));
  const data = operator === 'softmaxGradient' ? weights : weights.map((value) => Math.log(value + 1e-6));
  return [{ data, shape }, input(columns + 2, shape)];
};

const sizes = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 18, 19, 31, 64, 127, 1009];

const casesOf = (operator: Operator): readonly ConformanceCase[] => [
  ...sizes.flatMap((columns) =>
    [3, 4, 5].map((rows) =>
      makeCase(operator, `${rows} rows of ${columns}`, (backend, slack) =>
        check(backend, operator, input(columns, [rows, columns], 8), slack),
      ),
    ),
  ),
  makeCase(operator, '0 rows', (backend, slack) => check(backend, operator, input(1, [0, 5]), slack)),
  makeCase(operator, 'rank 1 and rank 4', async (backend, slack) => {
    await check(backend, operator, input(2, [6], 3), slack);
    await check(backend, operator, input(3, [2, 3, 2, 5], 3), slack);
  }),
  makeCase(operator, 'large logits do not overflow', async (backend, slack) => {
    await check(backend, operator, row(1000, 999, -1000, 3e38, -3e38), slack);
    await check(backend, operator, long(1000, 999, -1000, 3e38, -3e38), slack);
  }),
  makeCase(operator, 'a shared offset changes nothing', (backend, slack) =>
    check(backend, operator, row(-1e4, -1e4 - 1, -1e4 - 2), slack),
  ),
  makeCase(operator, 'logits down to where the exponential ends', (backend, slack) =>
    check(backend, operator, { data: Float32Array.from({ length: 200 }, (_, i) => -i / 2), shape: [200] }, slack),
  ),
  ...[
    { name: '-Infinity has probability 0', inputs: [row(1, -inf, 2, -inf, 0.5), long(-inf, -inf)] },
    { name: 'NaN shows in its row', inputs: [row(1, 2, nan, 3, 4, 5, 6), long(nan), row(inf, nan), long(inf, nan)] },
    { name: 'NaN with a payload', inputs: [row(1, fullNaN[0] as number, 2), { data: fullNaN, shape: [1] }] },
    { name: '+Infinity', inputs: [row(1, inf, 2), long(inf)] },
    {
      name: 'only -Infinity',
      inputs: [row(-inf, -inf, -inf, -inf, -inf), { data: new Float32Array(20).fill(-inf), shape: [20] }],
    },
  ].map(({ name, inputs }) =>
    makeCase(
      operator,
      name,
      async (backend, slack) => {
        for (const x of inputs) await check(backend, operator, x, slack);
      },
      ['non-finite'],
    ),
  ),
  makeCase(
    operator,
    'subnormal inputs',
    (backend, slack) => check(backend, operator, row(1e-40, -1e-42, 0, 1e-45), slack),
    ['subnormal'],
  ),
  makeCase(operator, 'rejects a scalar', async (backend) => {
    backend.scope(() => {
      const scalar = backend.tensor(noise(1, 1), []);
      const text = new RegExp(`${operator}: x has shape \\[\\], expected rank 1`);
      expectThrows(operator, () => backend[operator](scalar), 'ShapeError', text);
    });
  }),
];

const gradientCasesOf = (operator: GradientOperator): readonly ConformanceCase[] => [
  ...sizes.map((columns) =>
    makeCase(operator, `3 rows of ${columns}`, (backend, slack) =>
      checkGradient(backend, operator, ...gradientInputs(operator, [3, columns]), slack),
    ),
  ),
  makeCase(operator, '0 rows, and rank 4', async (backend, slack) => {
    await checkGradient(backend, operator, ...gradientInputs(operator, [0, 5]), slack);
    await checkGradient(backend, operator, ...gradientInputs(operator, [2, 3, 2, 5]), slack);
  }),
  makeCase(
    operator,
    'NaN and infinities spoil their row only',
    async (backend, slack) => {
      for (const odd of [nan, inf]) {
        const [y, dy] = gradientInputs(operator, [2, 6]);
        dy.data[3] = odd;
        await checkGradient(backend, operator, y, dy, slack);
      }
    },
    ['non-finite'],
  ),
  makeCase(
    operator,
    'subnormal inputs',
    (backend, slack) => checkGradient(backend, operator, row(1e-40, -1e-42, 0), row(1e-41, 1e-45, 1e-40), slack),
    ['subnormal'],
  ),
  makeCase(operator, 'rejects what does not fit', async (backend) => {
    backend.scope(() => {
      const [y, dy] = [backend.tensor(noise(1, 6), [2, 3]), backend.tensor(noise(1, 6), [3, 2])];
      const scalar = backend.tensor(noise(1, 1), []);
      const unequal = new RegExp(`${operator}: dy has shape \\[3,2\\], but y \\[2,3\\]`);
      expectThrows(operator, () => backend[operator](y, dy), 'ShapeError', unequal);
      const flat = new RegExp(`${operator}: y has shape \\[\\], expected rank 1`);
      expectThrows(operator, () => backend[operator](scalar, scalar), 'ShapeError', flat);
    });
  }),
];

export const softmaxCases: readonly ConformanceCase[] = [
  ...casesOf('softmax'),
  ...casesOf('logSoftmax'),
  ...casesOf('logSumExp'),
  ...gradientCasesOf('softmaxGradient'),
  ...gradientCasesOf('logSoftmaxGradient'),
];
