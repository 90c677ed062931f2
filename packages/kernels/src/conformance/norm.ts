import type { Backend, LayerNormOptions, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { ConformanceError, expectClose, expectShape, expectThrows } from './compare.js';

interface Problem {
  scale?: boolean;
  shift?: boolean;
  epsilon?: number;
  /** Added to every entry of x. */
  offset?: number;
}

const kinds = ['layerNorm', 'rmsNorm'] as const;
type Kind = (typeof kinds)[number];

const shifted = (x: Input, offset: number): Input => ({ ...x, data: (x.data as Float32Array).map((v) => v + offset) });

async function check(backend: Backend, kind: Kind, x: Input, problem: Problem = {}, slack = 1): Promise<void> {
  const { scale = true, shift = true, epsilon = 1e-5, offset = 0 } = problem;
  const columns = x.shape.at(-1) as number;
  const inputs = [shifted(x, offset), input(21, [columns]), input(22, [columns]), input(23, x.shape)];
  const run = (owner: Backend, ...tensors: Tensor[]) => {
    const [tx, ts, tb, dy] = tensors as [Tensor, Tensor, Tensor, Tensor];
    const options: LayerNormOptions = { epsilon, returnStatistics: true };
    if (scale) options.scale = ts;
    const gradientOptions = scale ? { scale: ts } : {};
    if (kind === 'rmsNorm') {
      const { output, inverseDeviation } = owner.rmsNorm(tx, options) as { output: Tensor; inverseDeviation: Tensor };
      const slopes = owner.rmsNormGradients(dy, tx, { inverseDeviation }, gradientOptions);
      return { output, inverse: inverseDeviation, dx: slopes.x, dScale: slopes.scale };
    }
    if (shift) options.shift = tb;
    const made = owner.layerNorm(tx, options) as { output: Tensor; mean: Tensor; inverseDeviation: Tensor };
    const slopes = owner.layerNormGradients(dy, tx, made, gradientOptions);
    const { output, mean, inverseDeviation: inverse } = made;
    return { output, mean, inverse, dx: slopes.x, dScale: slopes.scale, dShift: slopes.shift };
  };
  const { actual, expected, tensors } = await onBoth(
    backend,
    inputs,
    run as (owner: Backend, ...t: Tensor[]) => Record<string, Tensor>,
  );
  expectShape('output', tensors.output as Tensor, x.shape);
  // Moments sum n terms with relative error (log2 n + n / 16) u of the sum of sizes; a normalised entry is at most
  // sqrt(n), errs with the deviation and with the mean over the deviation. Gradients sum 3 products of such.
  const sums = (Math.log2(columns + 2) + columns / 16 + 8) * float32Roundoff * slack;
  const inverse = (expected.inverse as Float32Array).reduce((a, b) => Math.max(a, Math.abs(b) < 1e30 ? b : 0), 1);
  const entry = Math.sqrt(columns + 1) * sums + (offset + 1) * inverse * float32Roundoff * 4 * slack;
  const rows = x.shape.slice(0, -1).reduce((a, b) => a * b, 1);
  expectClose('output', actual.output as Float32Array, expected.output as Float32Array, { absolute: 2 * entry });
  expectClose('inverse', actual.inverse as Float32Array, expected.inverse as Float32Array, {
    relative: 2 * sums + entry,
  });
  if (actual.mean) {
    const absolute = (offset + 1) * 2 * sums;
    expectClose('mean', actual.mean, expected.mean as Float32Array, { absolute });
  }
  const slope = inverse * (columns + 4) * 8 * (entry + sums);
  expectClose('x', actual.dx as Float32Array, expected.dx as Float32Array, { absolute: slope });
  const ofRows = (rows + 8) * (entry + (rows + 8) * float32Roundoff * Math.sqrt(columns + 1));
  expectClose('scale', actual.dScale as Float32Array, expected.dScale as Float32Array, { absolute: ofRows });
  if (actual.dShift) {
    const absolute = (rows + 8) ** 2 * float32Roundoff;
    expectClose('shift', actual.dShift, expected.dShift as Float32Array, { absolute });
  }
}

const makeCase = (
  operator: ConformanceCase['operator'],
  name: string,
  run: ConformanceCase['run'],
  tags: ConformanceCase['tags'] = [],
): ConformanceCase => ({ operator, name, tags, run });

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

export const normCases: readonly ConformanceCase[] = kinds.flatMap((kind) => [
  ...[1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 127, 1009, 5003].map((columns) =>
    makeCase(kind, `3 rows of ${columns}, and gradients`, (backend, slack) =>
      check(backend, kind, input(columns, [3, columns], 4), {}, slack),
    ),
  ),
  makeCase(kind, '0 rows', (backend, slack) => check(backend, kind, input(1, [0, 5]), {}, slack)),
  makeCase(kind, '0 columns', (backend, slack) => check(backend, kind, input(1, [3, 0]), {}, slack)),
  makeCase(kind, 'rank 1 and rank 4', async (backend, slack) => {
    await check(backend, kind, input(2, [6], 3), {}, slack);
    await check(backend, kind, input(3, [2, 3, 2, 5], 3), {}, slack);
  }),
  makeCase(kind, '133 rows', (backend, slack) => check(backend, kind, input(4, [133, 20]), {}, slack)),
  makeCase(kind, 'no scale, no shift', (backend, slack) =>
    check(backend, kind, input(5, [5, 19]), { scale: false, shift: false }, slack),
  ),
  makeCase(kind, 'scale alone', (backend, slack) => check(backend, kind, input(5, [5, 19]), { shift: false }, slack)),
  makeCase(kind, 'shift alone', (backend, slack) => check(backend, kind, input(5, [5, 19]), { scale: false }, slack)),
  makeCase(kind, 'epsilon', (backend, slack) => check(backend, kind, input(6, [5, 19]), { epsilon: 0.5 }, slack)),
  makeCase(kind, 'a mean a thousand deviations away', (backend, slack) =>
    check(backend, kind, input(7, [5, 301]), { offset: kind === 'layerNorm' ? 1000 : 3 }, slack),
  ),
  makeCase(kind, 'subnormal entries', (backend, slack) => check(backend, kind, input(8, [3, 9], 1e-40), {}, slack), [
    'subnormal',
  ]),
  ...[nan, inf].map((value) =>
    makeCase(
      kind,
      `a row with ${value} leaves the others alone`,
      async (backend) => {
        const x = input(9, [3, 10]);
        (x.data as Float32Array)[14] = value;
        const { actual, expected } = await onBoth(backend, [x], (owner, tensor) => ({
          y: kind === 'layerNorm' ? owner.layerNorm(tensor as Tensor).output : owner.rmsNorm(tensor as Tensor).output,
        }));
        // Against the finite rows of a run of their own; bounds as above for ten columns.
        expectClose('output', actual.y, expected.y, { absolute: 100 * float32Roundoff });
      },
      ['non-finite'],
    ),
  ),
  makeCase(kind, 'every option changes the result', async (backend) => {
    const x = backend.tensor(input(10, [2, 7]).data, [2, 7]);
    const [scale, shift] = [input(11, [7]), input(12, [7])].map(({ data }) => backend.tensor(data, [7])) as [
      Tensor,
      Tensor,
    ];
    const read = async (options: LayerNormOptions) => {
      const { output } = kind === 'layerNorm' ? backend.layerNorm(x, options) : backend.rmsNorm(x, options);
      const values = String(await output.data());
      output.dispose();
      return values;
    };
    const plain = await read({});
    const all: LayerNormOptions[] = [{ scale }, { epsilon: 0.1 }, ...(kind === 'layerNorm' ? [{ shift }] : [])];
    for (const options of all) {
      if ((await read(options)) === plain) throw new ConformanceError(`${Object.keys(options)} changed nothing`);
    }
    for (const tensor of [x, scale, shift]) tensor.dispose();
  }),
  makeCase(kind, 'rejects what does not fit', async (backend) => {
    backend.scope(() => {
      const x = backend.tensor(input(13, [2, 3]).data, [2, 3]);
      const wide = backend.tensor(input(13, [4]).data, [4]);
      const expect = (call: () => unknown, error: string, text: RegExp) => expectThrows(kind, call, error, text);
      const run = (options: object) =>
        kind === 'layerNorm' ? backend.layerNorm(x, options) : backend.rmsNorm(x, options);
      expect(
        () => run({ scale: wide }),
        'ShapeError',
        new RegExp(`${kind}: scale has shape \\[4\\], expected \\[3\\]`),
      );
      expect(
        () => run({ epsilon: -1 }),
        'ValueError',
        new RegExp(`${kind}: epsilon must be a finite number >= 0, got -1`),
      );
      expect(() => run({ gain: 1 }), 'ValueError', new RegExp(`${kind}: unknown option 'gain'`));
      expect(
        () => backend.layerNormGradients(x, x, { mean: wide, inverseDeviation: wide }),
        'ShapeError',
        /layerNormGradients: statistics.mean has shape \[4\], expected \[2\]/,
      );
    });
  }),
]);
