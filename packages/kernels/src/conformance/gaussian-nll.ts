import type { Backend, Tensor } from '../backend.js';
import { sizeOf } from '../tensor-data.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

async function check(backend: Backend, x: Input, mean: Input, logvar: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x, mean, logvar], (owner, ...made) => {
    const [tx, tm, tlv] = made as [Tensor, Tensor, Tensor];
    return {
      ...owner.gaussianNll(tx, tm, tlv, { gradient: true }),
      alone: owner.gaussianNll(tx, tm, tlv).nll,
    };
  });
  const [rows, columns] = x.shape as [number, number];
  expectShape('nll', tensors.nll, [rows]);
  expectShape('dMean', tensors.dMean as Tensor, x.shape);
  expectShape('dLogvar', tensors.dLogvar as Tensor, logvar.shape);
  // In roundoffs, z^2 carries 8 of e^(-logvar / 2), 2 of the residual and 3 of the products; logvar + z^2 and the result
  // are rounded; sums over up to 32 rows are float32. NaN and infinities have no bound to add.
  const ofRow = new Float64Array(rows);
  const ofLogvar = new Float64Array(sizeOf(logvar.shape));
  for (let i = 0; i < x.data.length; i++) {
    const shared = logvar.shape.length === 2 ? i : logvar.shape.length === 1 ? i % columns : 0;
    const lv = logvar.data[shared] as number;
    const square = ((x.data[i] as number) - (mean.data[i] as number)) ** 2 * Math.exp(-lv);
    if (!Number.isFinite(square + lv)) continue;
    const row = Math.floor(i / columns);
    ofRow[row] = (ofRow[row] as number) + slack * float32Roundoff * (8 * square + 2 * Math.abs(lv) + 2);
    ofLogvar[shared] = (ofLogvar[shared] as number) + slack * 24 * float32Roundoff * (1 + square);
  }
  expectClose('nll', actual.nll, expected.nll, { absolute: ofRow });
  expectClose('nll without gradient', actual.alone, expected.alone, { absolute: ofRow });
  const flushed = slack * 2 ** -126;
  expectClose('dMean', actual.dMean, expected.dMean, { relative: slack * 13 * float32Roundoff, absolute: flushed });
  expectClose('dLogvar', actual.dLogvar, expected.dLogvar, { absolute: ofLogvar });
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  ...{ operator: 'gaussianNll', name, tags, run },
});
const matrix = (shape: readonly number[], ...values: number[]): Input => ({ data: Float32Array.from(values), shape });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Log variances of the three shapes that go with [rows, columns]. */
const logvars = (rows: number, columns: number): Input[] =>
  [[rows, columns], [columns], []].map((shape, i) => input(columns + i, shape, 4));

export const gaussianNllCases: readonly ConformanceCase[] = [
  ...[0, 1, 3, 4, 5, 8, 9, 31, 784].map((columns) =>
    makeCase(`3 rows of ${columns}, every shape of logvar`, async (backend, slack) => {
      for (const logvar of logvars(3, columns)) {
        await check(backend, input(1, [3, columns], 2), input(2, [3, columns], 2), logvar, slack);
      }
    }),
  ),
  ...[0, 1, 31, 32, 33, 64, 65, 211].map((rows) =>
    makeCase(`${rows} rows of 6, every shape of logvar`, async (backend, slack) => {
      for (const logvar of logvars(rows, 6)) {
        await check(backend, input(3, [rows, 6], 2), input(4, [rows, 6], 2), logvar, slack);
      }
    }),
  ),
  makeCase('a golden value: x = 0.7, mean = 0.2, variance 1/4', async (backend, slack = 1) => {
    const inputs = [matrix([1, 1], 0.7), matrix([1, 1], 0.2), matrix([], Math.log(0.25))];
    const { actual } = await onBoth(backend, inputs, (owner, x, m, lv) => ({
      nll: owner.gaussianNll(x as Tensor, m as Tensor, lv as Tensor).nll,
    }));
    expectClose('nll', actual.nll, Float32Array.of(0.7257913526447273), { relative: slack * 16 * float32Roundoff });
  }),
  makeCase('large residuals and variances', (backend, slack) =>
    check(
      backend,
      ...([matrix([1, 5], 1e20, 3e18, 0, 1, -1e10), matrix([1, 5], 0, 0, 0, 0, 0)] as const),
      matrix([1, 5], 100, 80, -170, 170, 40),
      slack,
    ),
  ),
  makeCase(
    'NaN and infinities stay in their row',
    async (backend, slack) => {
      const zero = matrix([4, 2], 0, 0, 0, 0, 0, 0, 0, 0);
      await check(backend, matrix([4, 2], 1, nan, 1, 2, inf, 1, 2, -inf), zero, zero, slack);
      await check(backend, zero, matrix([4, 2], 1, nan, 1, 2, inf, 1, 2, -inf), zero, slack);
      await check(
        backend,
        matrix([4, 2], 1, 1, 1, 1, 1, 1, 1, 1),
        zero,
        matrix([4, 2], 0, nan, 1, 2, inf, 1, 2, -inf),
        slack,
      );
      await check(backend, matrix([4, 2], 1, nan, 1, 2, inf, 1, 2, -inf), zero, matrix([2], 0.5, 0), slack);
    },
    ['non-finite'],
  ),
  makeCase(
    'subnormal inputs',
    (backend, slack) =>
      check(
        backend,
        matrix([1, 3], 1e-40, 0, 1),
        matrix([1, 3], 0, 1e-42, 1),
        matrix([1, 3], 1e-41, -1e-44, 1e-45),
        slack,
      ),
    ['subnormal'],
  ),
  makeCase('rejects bad shapes', async (backend) => {
    backend.scope(() => {
      const make = (...shape: number[]) => backend.tensor(new Float32Array(sizeOf(shape)), shape);
      const expectError = (x: Tensor, mean: Tensor, logvar: Tensor, text: RegExp) =>
        expectThrows('gaussianNll', () => backend.gaussianNll(x, mean, logvar), 'ShapeError', text);
      const x = make(2, 3);
      expectError(make(6), make(6), make(), /^gaussianNll: x has shape \[6\], expected \[B,E\]/);
      expectError(x, make(3, 2), make(), /^gaussianNll: x has shape \[2,3\], but mean \[3,2\]/);
      const logvar = (got: string) =>
        new RegExp(`logvar has shape \\[${got}\\], expected \\[2,3\\], \\[3\\] or \\[\\]`);
      expectError(x, x, make(2), logvar('2'));
      expectError(x, x, make(1, 3), logvar('1,3'));
      expectError(x, x, make(1, 2, 3), logvar('1,2,3'));
      const unknown = /gaussianNll: unknown option 'reduce'; it takes gradient/;
      const options = { reduce: 'sum' } as object;
      expectThrows('gaussianNll', () => backend.gaussianNll(x, x, x, options), 'ValueError', unknown);
    });
  }),
];
