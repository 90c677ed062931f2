import type { Backend, GemmActivation, GemmOptions, Tensor } from '../backend.js';
import { gemmActivations } from '../operators/gemm.js';
import { createReferenceBackend } from '../reference/create.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { ConformanceError, expectClose, expectShape, expectThrows } from './compare.js';

// Tails around both tile shapes (4 and 6 rows, 8 columns), a prime, K over one block of 256, and one large.
const sizes: readonly (readonly [number, number, number])[] = [
  [0, 3, 4],
  [3, 0, 4],
  [3, 4, 0],
  [1, 1, 1],
  [1, 8, 5],
  [3, 7, 4],
  [4, 8, 8],
  [5, 9, 3],
  [6, 8, 16],
  [7, 17, 9],
  [8, 16, 1],
  [9, 5, 31],
  [12, 24, 33],
  [13, 31, 17],
  [17, 19, 23],
  [31, 3, 257],
  [2, 65, 129],
  [97, 101, 103],
  [70, 130, 515],
  [1, 300, 300],
  [300, 1, 300],
  [128, 128, 256],
  // Few rows or columns, and shallow products, which have kernels of their own.
  [1, 1025, 9],
  [2, 9, 40],
  [3, 13, 37],
  [7, 70, 65],
  [8, 33, 300],
  [9, 40, 300],
  [33, 5, 41],
  [40, 8, 19],
  [5, 1030, 2],
  [17, 6, 1],
  [1, 2050, 64],
];

const transposes = [
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
];

const matrix = (seed: number, batch: readonly number[], rows: number, columns: number, transposed: boolean): Input =>
  input(seed, [...batch, ...(transposed ? [columns, rows] : [rows, columns])]);

const magnitudes = ({ data, shape }: Input): Input => ({ data: (data as Float32Array).map(Math.abs), shape });

async function check(
  backend: Backend,
  a: Input,
  b: Input,
  options: { transposeA?: boolean; transposeB?: boolean },
  shape: readonly number[],
  slack = 1,
) {
  const product = (owner: Backend, x?: Tensor, y?: Tensor) => ({ c: owner.gemm(x as Tensor, y as Tensor, options) });
  const { actual, expected, tensors } = await onBoth(backend, [a, b], product);
  expectShape('gemm', tensors.c, shape);
  // |error| <= (K + 2) u sum |a||b| for any order of summation (Higham 2002, eq. 3.5).
  const { expected: sums } = await onBoth(await createReferenceBackend(), [magnitudes(a), magnitudes(b)], product);
  const terms = a.shape.at(options.transposeA ? -2 : -1) as number;
  const absolute = (sums.c as Float32Array).map((sum) => slack * (terms + 2) * float32Roundoff * sum + 2 ** -126);
  expectClose(`gemm [${shape}]`, actual.c, expected.c, { absolute });
}

interface EpilogueOptions {
  alpha?: number;
  beta?: number;
  c?: boolean;
  bias?: boolean;
  activation?: GemmActivation;
}

/** Also checks that the options change the result. */
async function checkEpilogue(
  backend: Backend,
  [M, N, K]: readonly [number, number, number],
  { c: withC = false, bias: withBias = false, ...rest }: EpilogueOptions,
  slack = 1,
) {
  const inputs = [input(1, [2, M, K]), input(2, [2, K, N]), input(3, [2, M, N]), input(4, [N])];
  const program = (owner: Backend, a?: Tensor, b?: Tensor, c?: Tensor, bias?: Tensor) => {
    const options: GemmOptions = { ...rest };
    if (withC && c) options.c = c;
    if (withBias && bias) options.bias = bias;
    return { with: owner.gemm(a as Tensor, b as Tensor, options), without: owner.gemm(a as Tensor, b as Tensor) };
  };
  const { actual, expected } = await onBoth(backend, inputs, program);
  // |a|, |b| <= 1, so K + 2 roundings of a sum of at most K, and three more of at most alpha K + beta + 1. The activations
  // have slopes of at most 1.13 and errors of their own of at most 20 u of their value or of 1.
  const size = Math.abs(rest.alpha ?? 1) * K + Math.abs(rest.beta ?? 1) + 1;
  expectClose('gemm', actual.with, expected.with, { absolute: slack * (1.13 * (K + 5) + 20) * float32Roundoff * size });
  if (actual.with.every((value, i) => value === actual.without[i])) {
    throw new ConformanceError('gemm: the options changed nothing');
  }
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'gemm',
  name,
  tags,
  run,
});

const sized = sizes.flatMap(([M, N, K]) =>
  transposes
    // All four layouts for the small and odd sizes; the large ones once.
    .filter(({ transposeA, transposeB }) => M * N * K < 40_000 || (!transposeA && !transposeB))
    .map((options) => {
      const layout = `${options.transposeA ? 'AT' : 'A'} ${options.transposeB ? 'BT' : 'B'}`;
      return makeCase(`${M}x${N}x${K} ${layout}`, (backend, slack) => {
        const a = matrix(M + 31 * K, [], M, K, options.transposeA);
        const b = matrix(N + 17 * K, [], K, N, options.transposeB);
        return check(backend, a, b, options, [M, N], slack);
      });
    }),
);

export const gemmCases: readonly ConformanceCase[] = [
  ...sized,
  ...(
    [
      ['alpha', [5, 9, 40], { alpha: -0.5 }],
      ['c', [5, 9, 40], { c: true }],
      ['c and beta', [20, 30, 40], { c: true, beta: -3 }],
      ['bias', [20, 37, 40], { bias: true }],
      ...gemmActivations.slice(1).map((activation) => [activation, [20, 37, 40], { activation }] as const),
      ['everything, packed', [100, 1100, 300], { alpha: 2, c: true, beta: 0.5, bias: true, activation: 'relu' }],
      ['everything, one row', [1, 1100, 30], { alpha: 2, c: true, beta: 0.5, bias: true, activation: 'relu' }],
      ['everything, few columns', [41, 3, 30], { alpha: 2, c: true, beta: 0.5, bias: true, activation: 'relu' }],
      ['everything, shallow', [9, 11, 1], { alpha: 2, c: true, beta: 0.5, bias: true, activation: 'relu' }],
      ['everything, K = 0', [9, 11, 0], { alpha: 2, c: true, beta: 0.5, bias: true, activation: 'relu' }],
    ] as const
  ).map(([name, size, options]: readonly [string, readonly [number, number, number], EpilogueOptions]) =>
    makeCase(`epilogue: ${name}`, (backend, slack) => checkEpilogue(backend, size, options, slack)),
  ),
  makeCase('epilogue: with beta 0, c is not read', async (backend) => {
    const outcome = backend.scope(() => {
      const one = backend.tensor([2], [1, 1]);
      return backend.gemm(one, one, { c: backend.tensor([Number.NaN], [1, 1]), beta: 0 });
    });
    expectClose('gemm', await outcome.data(), Float32Array.of(4), {});
    outcome.dispose();
  }),
  makeCase('a batch of matrices', (backend, slack) =>
    check(backend, input(1, [2, 3, 5, 7]), input(2, [2, 3, 7, 9]), {}, [2, 3, 5, 9], slack),
  ),
  makeCase('a batch that shares b', (backend, slack) =>
    check(backend, input(3, [4, 5, 7]), input(4, [9, 7]), { transposeB: true }, [4, 5, 9], slack),
  ),
  makeCase(
    'NaN and infinities reach their row and column only',
    (backend, slack) => {
      const a = input(5, [9, 12]);
      const b = input(6, [12, 10]);
      (a.data as Float32Array)[3 * 12 + 4] = Number.NaN;
      (a.data as Float32Array)[7 * 12] = Number.POSITIVE_INFINITY;
      (b.data as Float32Array)[5 * 10 + 9] = Number.NEGATIVE_INFINITY;
      const finite = { data: noise(5, 9 * 12), shape: a.shape };
      return checkNonFinite(backend, a, b, finite, slack);
    },
    ['non-finite'],
  ),
  makeCase(
    'subnormal products',
    (backend, slack) => check(backend, input(7, [5, 3], 1e-20), input(8, [3, 9], 1e-20), {}, [5, 9], slack),
    ['subnormal'],
  ),
  makeCase('rejects sizes that do not fit', async (backend) => {
    backend.scope(() => {
      const a = backend.tensor(noise(9, 6), [2, 3]);
      const b = backend.tensor(noise(9, 8), [2, 4]);
      const vector = backend.tensor(noise(9, 3), [3]);
      const batch = backend.tensor(noise(9, 24), [2, 3, 4]);
      const other = backend.tensor(noise(9, 36), [3, 3, 4]);
      const expect = (fn: () => unknown, error: string, text: RegExp) => expectThrows('gemm', fn, error, text);
      expect(
        () => backend.gemm(a, b),
        'ShapeError',
        /gemm: inner sizes differ: a \[2,3\] gives K = 3, b \[2,4\] gives K = 2/,
      );
      expect(() => backend.gemm(a, vector), 'ShapeError', /gemm: b has shape \[3\], expected rank 2 or more/);
      expect(() => backend.gemm(batch, other, { transposeB: true }), 'ShapeError', /gemm: leading dimensions differ/);
      expect(
        () => backend.gemm(a, b, { transpose: true } as GemmOptions),
        'ValueError',
        /gemm: unknown option 'transpose'/,
      );
    });
  }),
];

/** Like `check`, but bounds by the finite twin of `a`: a bound of NaN would accept anything. */
async function checkNonFinite(backend: Backend, a: Input, b: Input, finite: Input, slack = 1) {
  const { actual, expected } = await onBoth(backend, [a, b], (owner, x, y) => ({
    c: owner.gemm(x as Tensor, y as Tensor),
  }));
  expectClose('gemm', actual.c, expected.c, { absolute: slack * finite.data.length * float32Roundoff });
}
