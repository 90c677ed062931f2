import type { Backend, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

const binary = ['add', 'subtract', 'multiply', 'divide'] as const;
type Binary = (typeof binary)[number];

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });
const largerOf = (a: Input, b: Input): Input => (a.shape.length >= b.shape.length ? a : b);

/** Every backend rounds once, as IEEE 754 has it; GPUs may divide to 2.5 ulp, which `slack` above 1 stands for. */
async function check(backend: Backend, operator: Binary, a: Input, b: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [a, b], (owner, ta, tb) => ({
    y: owner[operator](ta as Tensor, tb as Tensor),
  }));
  expectShape(operator, tensors.y, largerOf(a, b).shape);
  const relative = slack > 1 ? slack * 5 * float32Roundoff : 0;
  expectClose(`${operator} [${a.shape}] [${b.shape}]`, actual.y, expected.y, { relative });
}

/** Fused or not: the product is off by u |alpha x|, the sum by u |alpha x + y|, and the reference rounds once more. */
async function checkAxpy(backend: Backend, alpha: number, x: Input, y: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x, y], (owner, tx, ty) => ({
    z: owner.axpy(alpha, tx as Tensor, ty as Tensor),
  }));
  expectShape('axpy', tensors.z, x.shape);
  const absolute = Float64Array.from({ length: x.data.length }, (_, i) => {
    const size = 3 * Math.abs(alpha * (x.data[i] as number)) + 2 * Math.abs(y.data[i] as number);
    return Number.isFinite(size) ? slack * (float32Roundoff * size + 2 ** -149) : 0;
  });
  expectClose(`axpy [${x.shape}]`, actual.z, expected.z, { absolute });
}

async function checkScale(backend: Backend, x: Input, factor: number): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x], (owner, tx) => ({
    y: owner.scale(tx as Tensor, factor),
  }));
  expectShape('scale', tensors.y, x.shape);
  expectClose(`scale [${x.shape}]`, actual.y, expected.y, {});
}

const makeCase = (
  operator: ConformanceCase['operator'],
  name: string,
  run: ConformanceCase['run'],
  tags: ConformanceCase['tags'] = [],
): ConformanceCase => ({ operator, name, tags, run });

const shapes = [[0], [1], [3], [4], [5], [9], [17], [2, 3, 5], [1009], [3, 1025], []] as const;
/** The larger shape and its trailing axes: periods of every kind, vectors across rows' ends, more than one range. */
const broadcasts = [
  [[7], []],
  [[2, 5000], []],
  [[0, 3], [3]],
  [[3, 0], [0]],
  [[5, 1], [1]],
  [[400, 3], [3]],
  [[33, 4], [4]],
  [
    [2, 3, 4],
    [3, 4],
  ],
  [
    [9, 2, 5],
    [2, 5],
  ],
  [[7, 257], [257]],
  [[5, 1024], [1024]],
  [[3, 4097], [4097]],
  [
    [2, 3, 1400],
    [3, 1400],
  ],
] as const;
const special = [row(nan, inf, -inf, inf, 0, -0, 1, 1, -inf), row(1, -inf, -inf, 2, 0, 1, 0, -0, 0)] as const;
const subnormal = [row(1e-45, -3e-39, 1e-40, 2e-38, 1), row(1e-45, 1e-38, -2e-45, -1e-38, 1e-45)] as const;
const axpyShapes = [...shapes, [2, 5000]] as const;

export const elementwiseCases: readonly ConformanceCase[] = [
  ...binary.flatMap((operator) => [
    makeCase(operator, 'equal shapes of every size', async (backend, slack) => {
      for (const shape of shapes) await check(backend, operator, input(1, shape, 3), input(2, shape, 2), slack);
    }),
    makeCase(operator, 'either argument is broadcast', async (backend, slack) => {
      for (const [whole, part] of broadcasts) {
        await check(backend, operator, input(3, whole, 2), input(4, part, 2), slack);
        await check(backend, operator, input(5, part, 2), input(6, whole, 2), slack);
      }
    }),
    makeCase(operator, 'non-finite', (backend, slack) => check(backend, operator, ...special, slack), ['non-finite']),
    makeCase(operator, 'subnormal', (backend, slack) => check(backend, operator, ...subnormal, slack), ['subnormal']),
    makeCase(operator, 'refuses shapes that do not fit', async (backend) => {
      backend.scope(() => {
        const [a, b] = [backend.tensor([1, 2], [2]), backend.tensor([1, 2, 3], [3])];
        const text = new RegExp(`${operator}: a has shape \\[2\\] and b \\[3\\]; expected equal shapes, or one to be`);
        expectThrows(operator, () => backend[operator](a, b), 'ShapeError', text);
        const [leading, matrix] = [backend.tensor([1, 2], [2, 1]), backend.tensor([1, 2, 3, 4, 5, 6], [2, 3])];
        expectThrows(operator, () => backend[operator](matrix, leading), 'ShapeError', /expected equal shapes/);
        const indices = backend.tensor(Int32Array.of(1, 2), [2]);
        const dtype = new RegExp(`${operator}: b has dtype int32, expected float32`);
        expectThrows(operator, () => backend[operator](a, indices), 'ValueError', dtype);
      });
    }),
  ]),
  makeCase('subtract', 'the order of the arguments counts', async (backend) => {
    const { actual } = await onBoth(
      backend,
      [row(1, 2, 3), { data: Float32Array.of(2), shape: [] }],
      (owner, a, b) => ({
        ab: owner.subtract(a as Tensor, b as Tensor),
        ba: owner.subtract(b as Tensor, a as Tensor),
      }),
    );
    expectClose('a - b', actual.ab, Float32Array.of(-1, 0, 1), {});
    expectClose('b - a', actual.ba, Float32Array.of(1, 0, -1), {});
  }),
  makeCase('scale', 'every size', async (backend) => {
    for (const shape of shapes) await checkScale(backend, input(7, shape, 3), -1.7);
    await checkScale(backend, input(8, [2, 5000]), 0.1);
  }),
  makeCase('scale', 'non-finite', (backend) => checkScale(backend, special[0], 0), ['non-finite']),
  makeCase('scale', 'an infinite factor', (backend) => checkScale(backend, special[1], inf), ['non-finite']),
  makeCase('scale', 'subnormal', (backend) => checkScale(backend, subnormal[0], 0.5), ['subnormal']),
  makeCase('scale', 'refuses what is no number', async (backend) => {
    backend.scope(() => {
      const x = backend.tensor([1], [1]);
      const text = /scale: factor must be a number, got string/;
      expectThrows('scale', () => backend.scale(x, '2' as unknown as number), 'ValueError', text);
    });
  }),
  makeCase('axpy', 'every size', async (backend, slack) => {
    for (const shape of axpyShapes) await checkAxpy(backend, 1.3, input(9, shape, 3), input(10, shape, 4), slack);
  }),
  makeCase('axpy', 'alpha changes the result', async (backend) => {
    const { actual } = await onBoth(backend, [row(1, 2), row(10, 20)], (owner, x, y) => ({
      plus: owner.axpy(1, x as Tensor, y as Tensor),
      minus: owner.axpy(-1, x as Tensor, y as Tensor),
    }));
    expectClose('x + y', actual.plus, Float32Array.of(11, 22), {});
    expectClose('y - x', actual.minus, Float32Array.of(9, 18), {});
  }),
  makeCase('axpy', 'non-finite', (backend, slack) => checkAxpy(backend, -1, ...special, slack), ['non-finite']),
  makeCase('axpy', 'subnormal', (backend, slack) => checkAxpy(backend, 0.5, ...subnormal, slack), ['subnormal']),
  makeCase('axpy', 'refuses unequal shapes and what is no number', async (backend) => {
    backend.scope(() => {
      const [x, y] = [backend.tensor([1, 2], [2]), backend.tensor([1, 2], [1, 2])];
      expectThrows('axpy', () => backend.axpy(1, x, y), 'ShapeError', /axpy: x has shape \[2\], but y \[1,2\]/);
      const alpha = undefined as unknown as number;
      const text = /axpy: alpha must be a number, got undefined/;
      expectThrows('axpy', () => backend.axpy(alpha, x, x), 'ValueError', text);
    });
  }),
];
