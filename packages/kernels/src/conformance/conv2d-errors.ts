import type { Backend, Conv2dOptions, Conv2dTransposeOptions } from '../backend.js';
import { sizeOf } from '../tensor-data.js';
import type { ConformanceCase } from './case.js';
import { expectThrows } from './compare.js';

type Shape = readonly number[];
interface Rejection {
  x?: Shape;
  weights?: Shape;
  options?: Conv2dTransposeOptions;
  biasShape?: Shape;
  error: 'ShapeError' | 'ValueError';
  text: RegExp;
}

const zeros = (backend: Backend, shape: Shape) => backend.tensor(new Float32Array(sizeOf(shape)), shape);

const shared: readonly Rejection[] = [
  { x: [2, 5, 6], error: 'ShapeError', text: /x has shape \[2,5,6\], expected rank 4/ },
  { weights: [4, 4, 3], error: 'ShapeError', text: /weights has shape \[4,4,3\], expected rank 4/ },
  {
    weights: [4, 4, 0, 3],
    error: 'ShapeError',
    text: /weights has shape \[4,4,0,3\], expected a kernel of at least 1x1/,
  },
  { options: { stride: 0 }, error: 'ValueError', text: /stride must be a whole number from 1 to 2\^30, got 0/ },
  {
    options: { stride: [1.5, 1] },
    error: 'ValueError',
    text: /stride must be a whole number from 1 to 2\^30, got 1.5/,
  },
  {
    options: { stride: [1, 2, 3] as unknown as [number, number] },
    error: 'ValueError',
    text: /stride must be a number or \[vertical, horizontal\], got \[1,2,3\]/,
  },
  { options: { dilation: 0 }, error: 'ValueError', text: /dilation must be a whole number from 1 to 2\^30, got 0/ },
  { options: { groups: 0 }, error: 'ValueError', text: /groups must be a whole number from 1 to 2\^30, got 0/ },
  { options: { padding: -1 }, error: 'ValueError', text: /padding must be a whole number from 0 to 2\^30, got -1/ },
  {
    options: { padding: 'full' as 'same' },
    error: 'ValueError',
    text: /padding must be a number, \[top, left, bottom, right\], 'same' or 'valid', got full/,
  },
  {
    options: { padding: [1, 1] as unknown as [number, number, number, number] },
    error: 'ValueError',
    text: /padding must be a number, \[top, left, bottom, right\], 'same' or 'valid', got 1,1/,
  },
  {
    options: { dilation: 2 ** 30 },
    error: 'ShapeError',
    text: /the padded image or the kernel would be \d+ high, more than 2\^30/,
  },
  { biasShape: [3], error: 'ShapeError', text: /bias has shape \[3\], expected \[4\]/ },
  { options: { strides: 1 } as Conv2dOptions, error: 'ValueError', text: /unknown option 'strides'/ },
];

const forward: readonly Rejection[] = [
  ...shared,
  { x: [2, 3, 5, 6], error: 'ShapeError', text: /x has 3 channels, but weights \[4,4,3,3\] in 1 groups take 4/ },
  {
    weights: [5, 2, 3, 3],
    options: { groups: 2 },
    error: 'ShapeError',
    text: /5 channels of weights do not divide into 2 groups/,
  },
  { x: [2, 4, 2, 6], error: 'ShapeError', text: /the kernel is 3 high, but x with its padding only 2/ },
  { options: { outputPadding: 1 }, error: 'ValueError', text: /unknown option 'outputPadding'/ },
];

const transposed: readonly Rejection[] = [
  ...shared,
  { x: [2, 3, 5, 6], error: 'ShapeError', text: /x has 3 channels, but weights \[4,4,3,3\] take 4/ },
  { options: { groups: 3 }, error: 'ShapeError', text: /4 channels of x do not divide into 3 groups/ },
  {
    options: { padding: 9 },
    error: 'ShapeError',
    text: /x is 5 high, which with this padding leaves a result of negative size/,
  },
  {
    options: { outputPadding: 1 },
    error: 'ValueError',
    text: /outputPadding must be less than stride or dilation \(1\), got 1/,
  },
  {
    options: { outputPadding: 1, stride: 2, padding: 'same' },
    error: 'ValueError',
    text: /outputPadding is not taken with padding 'same'/,
  },
];

function reject(operator: 'conv2d' | 'conv2dTranspose', rejections: readonly Rejection[]): ConformanceCase {
  return {
    operator,
    name: 'rejects what does not fit',
    tags: [],
    async run(backend) {
      backend.scope(() => {
        for (const { x = [2, 4, 5, 6], weights = [4, 4, 3, 3], options = {}, biasShape, error, text } of rejections) {
          const [tx, tw] = [zeros(backend, x), zeros(backend, weights)];
          const all = biasShape ? { ...options, bias: zeros(backend, biasShape) } : options;
          const whole = new RegExp(`${operator}: .*${text.source}`);
          expectThrows(operator, () => backend[operator](tx, tw, all), error, whole);
        }
      });
    },
  };
}

function rejectGradients(operator: 'conv2dGradients' | 'conv2dTransposeGradients', shape: Shape): ConformanceCase {
  return {
    operator,
    name: 'rejects what does not fit',
    tags: [],
    async run(backend) {
      backend.scope(() => {
        const [x, weights] = [zeros(backend, [2, 4, 5, 6]), zeros(backend, [4, 4, 3, 3])];
        const [dy, wrong] = [zeros(backend, shape), zeros(backend, [2, 4, 1, 1])];
        const expect = (fn: () => unknown, error: string, text: RegExp) =>
          expectThrows(operator, fn, error, new RegExp(`${operator}: ${text.source}`));
        const shapeText = new RegExp(`dy has shape \\[2,4,1,1\\], expected \\[${shape.join()}\\]`);
        expect(() => backend[operator](wrong, x, weights), 'ShapeError', shapeText);
        const bias = { bias: zeros(backend, [4]) } as Conv2dOptions;
        expect(() => backend[operator](dy, x, weights, bias), 'ValueError', /unknown option 'bias'/);
      });
    },
  };
}

export const conv2dErrorCases: readonly ConformanceCase[] = [
  reject('conv2d', forward),
  rejectGradients('conv2dGradients', [2, 4, 3, 4]),
  reject('conv2dTranspose', transposed),
  rejectGradients('conv2dTransposeGradients', [2, 4, 7, 8]),
];
