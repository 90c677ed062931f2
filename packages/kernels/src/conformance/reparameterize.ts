import type { Backend, Tensor } from '../backend.js';
import { sizeOf } from '../tensor-data.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

/** `first` is the mean of the forward, the loss gradient of the backward operator. */
async function check(backend: Backend, first: Input, logvar: Input, noise: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [first, logvar, noise], (owner, ...made) => {
    const [d, lv, eps] = made as [Tensor, Tensor, Tensor];
    return { z: owner.reparameterize(d, lv, eps), ...owner.reparameterizeGradients(d, lv, eps) };
  });
  for (const [name, tensor] of Object.entries(tensors)) expectShape(name, tensor, first.shape);
  // 2 ulp of the exponential, which are 4 roundoffs, one for each product, and one of the sum on either side; a sum that
  // cancels keeps its terms' error.
  const flushed = slack * 2 ** -126;
  const absolute = Float64Array.from({ length: sizeOf(first.shape) }, (_, i) => {
    const product = Math.exp((logvar.data[i] as number) / 2) * (noise.data[i] as number);
    const size = 8 * Math.abs(product) + 2 * Math.abs(first.data[i] as number);
    return flushed + (Number.isFinite(size) ? slack * float32Roundoff * size : 0);
  });
  expectClose('z', actual.z, expected.z, { absolute });
  expectClose('mean', actual.mean, expected.mean, {});
  expectClose('logvar', actual.logvar, expected.logvar, { relative: slack * 8 * float32Roundoff, absolute: flushed });
}

const makeCase =
  (operator: 'reparameterize' | 'reparameterizeGradients') =>
  (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
    ...{ operator, name, tags, run },
  });
const forwardCase = makeCase('reparameterize');
const backwardCase = makeCase('reparameterizeGradients');
const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

export const reparameterizeCases: readonly ConformanceCase[] = [
  ...[0, 1, 3, 4, 5, 7, 8, 9, 17, 31, 1009, 40001].map((size) =>
    forwardCase(`${size} elements, with gradients`, (backend, slack) =>
      check(backend, input(size, [size]), input(size + 1, [size], 8), input(size + 2, [size], 3), slack),
    ),
  ),
  forwardCase('rank 0 and rank 3', async (backend, slack) => {
    await check(backend, input(1, []), input(2, []), input(3, []), slack);
    await check(backend, input(1, [2, 3, 5]), input(2, [2, 3, 5]), input(3, [2, 3, 5]), slack);
  }),
  forwardCase('large and small variances', (backend, slack) =>
    check(backend, row(1, 1, 1, 0, -5), row(-300, 170, -170, 100, 0), row(1, 1e-20, 1, 2, 5), slack),
  ),
  forwardCase(
    'NaN and infinities',
    (backend, slack) =>
      check(backend, row(nan, 1, 1, inf, 1, 1), row(0, nan, 0, 0, -inf, inf), row(1, 1, nan, 1, 1, 1), slack),
    ['non-finite'],
  ),
  forwardCase(
    'subnormal inputs',
    (backend, slack) => check(backend, row(1e-40, 0, 1e-42), row(0, 1e-40, -1e-44), row(1e-41, 1e-40, 3e-45), slack),
    ['subnormal'],
  ),
  forwardCase('rejects unequal shapes', async (backend) => {
    backend.scope(() => {
      const [a, b] = [backend.tensor(new Float32Array(6), [2, 3]), backend.tensor(new Float32Array(6), [6])];
      const text = (other: string) => new RegExp(`^reparameterize: mean has shape \\[2,3\\], but ${other} \\[6\\]`);
      expectThrows('reparameterize', () => backend.reparameterize(a, b, a), 'ShapeError', text('logvar'));
      expectThrows('reparameterize', () => backend.reparameterize(a, a, b), 'ShapeError', text('noise'));
    });
  }),
  backwardCase('rejects unequal shapes and other types', async (backend) => {
    backend.scope(() => {
      const fn = 'reparameterizeGradients';
      const [a, b] = [backend.tensor(new Float32Array(6), [2, 3]), backend.tensor(new Float32Array(6), [6])];
      const shapes = /^reparameterizeGradients: dz has shape \[2,3\], but noise \[6\]/;
      expectThrows(fn, () => backend.reparameterizeGradients(a, a, b), 'ShapeError', shapes);
      const wide = backend.tensor(new Float64Array(6), [2, 3]);
      const types = /^reparameterizeGradients: logvar has dtype float64, expected float32/;
      expectThrows(fn, () => backend.reparameterizeGradients(a, wide, a), 'ValueError', types);
    });
  }),
];
