import type { Backend, GemmOptions, Tensor } from '../backend.js';
import { createReferenceBackend } from '../reference/backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

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
];

const transposes: readonly Required<GemmOptions>[] = [
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
];

const matrix = (seed: number, batch: readonly number[], rows: number, columns: number, transposed: boolean): Input =>
  input(seed, [...batch, ...(transposed ? [columns, rows] : [rows, columns])]);

const magnitudes = ({ data, shape }: Input): Input => ({ data: (data as Float32Array).map(Math.abs), shape });

async function check(backend: Backend, a: Input, b: Input, options: GemmOptions, shape: readonly number[], slack = 1) {
  const product = (owner: Backend, x?: Tensor, y?: Tensor) => ({ c: owner.gemm(x as Tensor, y as Tensor, options) });
  const { actual, expected, tensors } = await onBoth(backend, [a, b], product);
  expectShape('gemm', tensors.c, shape);
  // |error| <= (K + 2) u sum |a||b| for any order of summation (Higham 2002, eq. 3.5).
  const { expected: sums } = await onBoth(await createReferenceBackend(), [magnitudes(a), magnitudes(b)], product);
  const terms = a.shape.at(options.transposeA ? -2 : -1) as number;
  const absolute = (sums.c as Float32Array).map((sum) => slack * (terms + 2) * float32Roundoff * sum + 2 ** -126);
  expectClose(`gemm [${shape}]`, actual.c, expected.c, { absolute });
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
