import type { Backend, Conv2dTransposeGeometryOptions, Tensor } from '../backend.js';
import { createReferenceBackend } from '../reference/create.js';
import { sizeOf } from '../tensor-data.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { expectClose, expectShape } from './compare.js';
import { conv2dErrorCases } from './conv2d-errors.js';

/** A convolution from C channels to O, or the transposed one from O to C; both have weights [O, C / groups, ..kernel]. */
interface Problem {
  B?: number;
  C: number;
  O: number;
  size: readonly [number, number];
  kernel: readonly [number, number];
  options?: Conv2dTransposeGeometryOptions;
  /** Overwrites parts of the inputs before the run. */
  spoil?: (x: Float32Array, weights: Float32Array, dy: Float32Array) => void;
}

type Operator = 'conv2d' | 'conv2dGradients' | 'conv2dTranspose' | 'conv2dTransposeGradients';
const forwardOf = {
  conv2d: 'conv2d',
  conv2dGradients: 'conv2d',
  conv2dTranspose: 'conv2dTranspose',
  conv2dTransposeGradients: 'conv2dTranspose',
} as const;

/** The operator with and without bias, or the gradients, on tensors x, weights, bias, dy. */
const program =
  (operator: Operator, options: Conv2dTransposeGeometryOptions) =>
  (owner: Backend, ...tensors: Tensor[]): Record<string, Tensor> => {
    const [x, weights, bias, dy] = tensors as [Tensor, Tensor, Tensor, Tensor];
    if (operator === 'conv2d' || operator === 'conv2dTranspose') {
      return { y: owner[operator](x, weights, { ...options, bias }), plain: owner[operator](x, weights, options) };
    }
    return { ...owner[operator](dy, x, weights, options) };
  };

async function makeInputs(operator: Operator, problem: Problem): Promise<[Input, Input, Input, Input]> {
  const { B = 2, C, O, size, kernel, options = {} } = problem;
  const forward = forwardOf[operator];
  const x = input(C + size[1], [B, forward === 'conv2d' ? C : O, ...size]);
  const weights = input(O + kernel[1], [O, C / (options.groups ?? 1), ...kernel]);
  const reference = await createReferenceBackend();
  const made = reference[forward](
    reference.tensor(x.data, x.shape),
    reference.tensor(weights.data, weights.shape),
    options,
  );
  reference.dispose();
  return [x, weights, input(3, [made.shape[1] as number]), input(4, made.shape)];
}

async function check(operator: Operator, backend: Backend, problem: Problem, slack = 1): Promise<void> {
  const { B = 2, C, O, size, kernel, options = {}, spoil } = problem;
  const inputs = await makeInputs(operator, problem);
  const [x, weights, bias, dy] = inputs;
  const magnitudes = inputs.map(({ data, shape }) => ({ data: (data as Float32Array).map(Math.abs), shape }));
  spoil?.(x.data as Float32Array, weights.data as Float32Array, dy.data as Float32Array);
  const run = program(operator, options);
  const { actual, expected, tensors } = await onBoth(backend, inputs, run);
  // |error| <= (terms + 2) u sum |a||b| for a sum of products in any order (Higham 2002, eq. 3.5). The sums are those of the
  // finite twins: a bound of NaN would accept anything.
  const { expected: sums } = await onBoth(await createReferenceBackend(), magnitudes, run);
  const positions = B * Math.max(sizeOf(size), sizeOf(dy.shape.slice(2)));
  const terms = Math.max((Math.max(C, O) / (options.groups ?? 1)) * sizeOf(kernel), positions);
  const shapes: Record<string, readonly number[]> =
    operator === forwardOf[operator]
      ? { y: dy.shape, plain: dy.shape }
      : { x: x.shape, weights: weights.shape, bias: bias.shape };
  for (const [name, shape] of Object.entries(shapes)) {
    expectShape(`${operator} ${name}`, tensors[name] as Tensor, shape);
    const absolute = (sums[name] as Float32Array).map((sum) => slack * (terms + 3) * float32Roundoff * sum + 2 ** -126);
    expectClose(`${operator} ${name}`, actual[name] as Float32Array, expected[name] as Float32Array, { absolute });
  }
}

const operators = Object.keys(forwardOf) as Operator[];
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** The problem for each operator, or for those named. */
const solve = (
  name: string,
  problem: Problem,
  tags: ConformanceCase['tags'] = [],
  among: readonly Operator[] = operators,
): ConformanceCase[] =>
  among.map((operator) => ({
    operator,
    name,
    tags,
    run: (backend, slack) => check(operator, backend, problem, slack),
  }));

const transposed: readonly Operator[] = ['conv2dTranspose', 'conv2dTransposeGradients'];

const geometries: readonly (Conv2dTransposeGeometryOptions & { name: string })[] = [
  { name: 'plain' },
  { name: 'stride 2', stride: 2 },
  { name: 'stride [3,1]', stride: [3, 1] },
  { name: 'padding 1', padding: 1 },
  { name: 'padding [0,1,2,3]', padding: [0, 1, 2, 3] },
  { name: 'dilation [2,3]', dilation: [2, 3] },
  { name: 'stride 2, padding 2, dilation 2', stride: 2, padding: 2, dilation: 2 },
  { name: "'same'", padding: 'same' },
  { name: "'same', stride [2,3]", padding: 'same', stride: [2, 3] },
];

/** Matrix products, those of groups, and the direct kernels for groups of one channel. */
const channels = [
  { name: 'dense', C: 3, O: 5, groups: 1 },
  { name: '2 groups', C: 4, O: 6, groups: 2 },
  { name: 'depthwise', C: 3, O: 3, groups: 3 },
  { name: 'depthwise, 2 for each', C: 3, O: 6, groups: 3 },
] as const;

const everyGeometry = geometries.flatMap(({ name, ...options }) =>
  channels.flatMap(({ name: kind, C, O, groups }) =>
    solve(`${name}, ${kind}`, { C, O, size: [8, 11], kernel: [3, 4], options: { ...options, groups } }),
  ),
);

// Lanes, tails and a prime along a row, in the columns and in the direct kernels.
const everyWidth = [1, 3, 4, 5, 7, 8, 9, 17, 31, 67].flatMap((width) =>
  [1, 2, 3].flatMap((stride) =>
    [1, 2].flatMap((groups) =>
      solve(`${width} wide, stride ${stride}, groups ${groups}`, {
        ...{ B: 1, C: 2, O: 2, size: [3, width], kernel: [3, 3] },
        options: { padding: 1, stride, groups },
      }),
    ),
  ),
);

export const conv2dCases: readonly ConformanceCase[] = [
  ...everyGeometry,
  ...everyWidth,
  ...solve('no images', { B: 0, C: 2, O: 3, size: [5, 5], kernel: [3, 3] }),
  ...solve('no channels of the image', { C: 0, O: 3, size: [5, 5], kernel: [3, 3] }),
  ...solve('no channels of the map', { C: 2, O: 0, size: [5, 5], kernel: [3, 3] }),
  ...solve('no groups of the image', { C: 0, O: 0, size: [5, 5], kernel: [3, 3], options: { groups: 4 } }),
  ...solve("an image of no rows, 'same'", { C: 2, O: 3, size: [0, 5], kernel: [3, 3], options: { padding: 'same' } }),
  ...[1, 2].flatMap((groups) => [
    ...solve(`1x1 kernel, ${groups} groups`, { C: 4, O: 6, size: [9, 11], kernel: [1, 1], options: { groups } }),
    ...solve(`1x1 kernel, one small image, ${groups} groups`, {
      ...{ B: 1, C: 4, O: 6, size: [3, 2], kernel: [1, 1], options: { groups } },
    }),
    ...solve(`1x1 kernel, small images, ${groups} groups`, {
      ...{ B: 5, C: 4, O: 6, size: [3, 2], kernel: [1, 1], options: { groups } },
    }),
    ...solve(`1x1 kernel with stride 2, ${groups} groups`, {
      ...{ C: 4, O: 6, size: [7, 9], kernel: [1, 1], options: { groups, stride: 2 } },
    }),
  ]),
  ...solve(
    'padding wider than the image',
    { C: 2, O: 3, size: [2, 3], kernel: [3, 3], options: { padding: 5 } },
    [],
    ['conv2d', 'conv2dGradients'],
  ),
  ...solve('many images in a block', { B: 37, C: 2, O: 3, size: [3, 3], kernel: [2, 2] }),
  // K = 4000 and 64 positions at least: the blocks begin and end within images.
  ...solve('blocks of a part of an image', {
    B: 3,
    C: 160,
    O: 3,
    size: [13, 17],
    kernel: [5, 5],
    options: { padding: 2 },
  }),
  ...solve('depthwise in several strips', {
    ...{ B: 1, C: 2, O: 2, size: [300, 301], kernel: [3, 3], options: { groups: 2, padding: 1 } },
  }),
  ...solve('depthwise in several strips, stride 2, dilation 3', {
    ...{ B: 1, C: 2, O: 2, size: [300, 301], kernel: [3, 3], options: { groups: 2, stride: 2, dilation: 3 } },
  }),
  ...solve(
    'outputPadding 1',
    { C: 2, O: 3, size: [4, 5], kernel: [3, 3], options: { stride: 2, outputPadding: 1 } },
    [],
    transposed,
  ),
  ...solve(
    'outputPadding [0,2], depthwise',
    {
      ...{ C: 2, O: 2, size: [4, 5], kernel: [3, 3], options: { stride: [2, 3], outputPadding: [0, 2], groups: 2 } },
    },
    [],
    transposed,
  ),
  ...[1, 3].flatMap((groups) => [
    ...solve(
      `NaN and infinities, ${groups} groups`,
      {
        ...{ C: 3, O: 3, size: [7, 9], kernel: [3, 3], options: { groups, padding: 1 } },
        spoil: (x, _, dy) => {
          x.set([nan, inf], 30);
          x.fill(-inf, 100, 101);
          dy.set([nan, -inf], 40);
          dy.fill(inf, 120, 121);
        },
      },
      ['non-finite'],
    ),
    ...solve(
      `an infinite weight meets the padding, ${groups} groups`,
      {
        ...{ C: 3, O: 3, size: [7, 9], kernel: [3, 3], options: { groups, padding: 1 } },
        spoil: (_, weights) => weights.fill(inf, 2, 3),
      },
      ['non-finite'],
    ),
    ...solve(
      `subnormal products, ${groups} groups`,
      {
        ...{ C: 3, O: 3, size: [7, 9], kernel: [3, 3], options: { groups, padding: 1 } },
        spoil: (...arrays) => {
          for (const array of arrays) array.set(array.map((value) => value * 1e-20));
        },
      },
      ['subnormal'],
    ),
  ]),
  ...conv2dErrorCases,
];
