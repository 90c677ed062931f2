import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Backend,
  type Conv2dTransposeGeometryOptions,
  createReferenceBackend,
  createWasmBackend,
  type Tensor,
} from '../src/index.js';
import { checkGradients, values } from './central-differences.js';

const reference = await createReferenceBackend();
const backends = {
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of [reference, ...Object.values(backends)]) backend.dispose();
});

const gradientCases: readonly { name: string; groups: number; options: Conv2dTransposeGeometryOptions }[] = [
  { name: 'plain', groups: 1, options: {} },
  { name: 'stride and padding', groups: 1, options: { stride: [2, 1], padding: [1, 0, 2, 1] } },
  { name: 'groups and dilation', groups: 2, options: { groups: 2, dilation: [1, 2], padding: 1 } },
  { name: 'depthwise', groups: 4, options: { groups: 4, stride: 2, padding: 1 } },
];

describe('gradients agree with central differences', () => {
  it.each(gradientCases)('conv2d, $name', ({ groups, options }) =>
    checkGradients(
      { x: values(1, [2, 4, 5, 6]), weights: values(2, [4, 4 / groups, 2, 3]), bias: values(3, [4]) },
      (on, { x, weights, bias }) => [on.conv2d(x!, weights!, { ...options, bias: bias! })],
      (on, { x, weights }, [dy]) => ({ ...on.conv2dGradients(dy!, x!, weights!, options) }),
      1e-4,
    ),
  );

  it.each(gradientCases)('conv2dTranspose, $name', ({ groups, options }) =>
    checkGradients(
      { x: values(1, [2, 4, 3, 4]), weights: values(2, [4, 4 / groups, 2, 3]), bias: values(3, [4]) },
      (on, { x, weights, bias }) => [on.conv2dTranspose(x!, weights!, { ...options, bias: bias! })],
      (on, { x, weights }, [dy]) => ({ ...on.conv2dTransposeGradients(dy!, x!, weights!, options) }),
      1e-4,
    ),
  );
});

const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));
const problem = fc.record({
  B: fc.integer({ min: 0, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  perGroup: pair(5),
  size: pair(24),
  kernel: pair(4),
  stride: pair(3),
  dilation: pair(3),
  padding: fc.oneof(
    fc.constant('same' as const),
    fc.tuple(...[0, 0, 0, 0].map(() => fc.integer({ min: 0, max: 4 }))) as fc.Arbitrary<
      [number, number, number, number]
    >,
  ),
});

describe.each(Object.entries(backends))('%s: random convolutions against the reference', (_, backend) => {
  /** Every result on both backends; the sums have at most a few hundred terms in [-1, 1]. */
  const compare = (program: (on: Backend) => Tensor[]) => {
    const read = (on: Backend) =>
      on.scope(() => program(on).map((tensor) => [tensor.dataSync(), tensor.shape] as const));
    const [mine, truth] = [read(backend), read(reference)];
    mine.forEach(([data, shape], part) => {
      const [want, wantShape] = truth[part]!;
      expect(shape).toEqual(wantShape);
      const worst = Math.max(0, ...Array.from(data, (value, i) => Math.abs(value - want[i]!)));
      expect(worst).toBeLessThan(1e-4);
    });
    expect(backend.info.bytesInUse).toBe(0);
  };
  const tensor = (on: Backend, seed: number, shape: readonly number[]) => on.tensor(values(seed, shape).data, shape);
  const run = { seed: 20261125, numRuns: 150 };

  it('conv2d and its gradients', () => {
    fc.assert(
      fc.property(problem, ({ B, groups, perGroup, size, kernel, ...options }) => {
        const geometry = { ...options, groups };
        const [C, O] = [perGroup[0] * groups, perGroup[1] * groups];
        const fits = [0, 1].every((axis) => {
          const zeros = options.padding === 'same' ? 1e9 : options.padding[axis]! + options.padding[axis + 2]!;
          return size[axis]! + zeros > (kernel[axis]! - 1) * options.dilation[axis]!;
        });
        fc.pre(fits);
        compare((on) => {
          const [x, weights] = [tensor(on, 1, [B, C, ...size]), tensor(on, 2, [O, perGroup[0], ...kernel])];
          const y = on.conv2d(x, weights, { ...geometry, bias: tensor(on, 3, [O]) });
          return [y, ...Object.values(on.conv2dGradients(tensor(on, 4, y.shape), x, weights, geometry))];
        });
      }),
      run,
    );
  });

  it('conv2dTranspose and its gradients', () => {
    fc.assert(
      fc.property(problem, ({ B, groups, perGroup, size, kernel, ...options }) => {
        const geometry = { ...options, groups };
        const [O, C] = [perGroup[0] * groups, perGroup[1] * groups];
        const fits = [0, 1].every((axis) => {
          const zeros = options.padding === 'same' ? 0 : options.padding[axis]! + options.padding[axis + 2]!;
          return (size[axis]! - 1) * options.stride[axis]! + (kernel[axis]! - 1) * options.dilation[axis]! + 1 >= zeros;
        });
        fc.pre(fits);
        compare((on) => {
          const [x, weights] = [tensor(on, 1, [B, O, ...size]), tensor(on, 2, [O, perGroup[1], ...kernel])];
          const y = on.conv2dTranspose(x, weights, { ...geometry, bias: tensor(on, 3, [C]) });
          return [y, ...Object.values(on.conv2dTransposeGradients(tensor(on, 4, y.shape), x, weights, geometry))];
        });
      }),
      run,
    );
  });
});

it('the workspace stays bounded for large images', async () => {
  const backend = await createWasmBackend();
  const x = backend.tensor(new Float32Array(16 * 512 * 512), [1, 16, 512, 512]);
  const weights = backend.tensor(new Float32Array(16 * 16 * 9), [16, 16, 3, 3]);
  const before = backend.info.bytesInUse;
  const y = backend.conv2d(x, weights, { padding: 1 });
  const workspace = backend.info.bytesAtPeak - before - 4 * y.size;
  expect(workspace).toBeLessThan(8 * 2 ** 20);
  backend.dispose();
});

it('the number of threads changes no bit', async () => {
  const results = [];
  for (const threads of [1, 2]) {
    const backend = await createWasmBackend({ threads });
    const make = (seed: number, shape: readonly number[]) => backend.tensor(values(seed, shape).data, shape);
    for (const groups of [1, 4, 32]) {
      const options = { stride: [1, 2], padding: 1, groups } as const;
      const [x, weights] = [make(1, [3, 32, 31, 45]), make(2, [32, 32 / groups, 3, 3])];
      const y = backend.conv2d(x, weights, options);
      const back = backend.conv2dTranspose(y, weights, options);
      const gradients = backend.conv2dGradients(y, x, weights, options);
      results.push([y, back, ...Object.values(gradients)].map((tensor) => tensor.dataSync()));
    }
    backend.dispose();
  }
  expect(results.slice(0, 3)).toEqual(results.slice(3));
});
