import type { Tensor } from '../backend.js';
import type { RnnParameters } from '../operators/rnn.js';
import type { ConformanceCase } from './case.js';
import { expectThrows } from './compare.js';
import { gradientBound, rejectionCase, type Step, stepCases, sumBound, type Tensors } from './recurrent.js';

const parametersOf = ({ inputWeights, hiddenWeights, bias }: Tensors): RnnParameters => ({
  inputWeights: inputWeights as Tensor,
  hiddenWeights: hiddenWeights as Tensor,
  ...(bias ? { bias } : {}),
});

const step: Step = {
  operator: 'rnnStep',
  inputs: ({ B, I, n }) => ({ x: [B, I], h: [B, n], inputWeights: [n, I], hiddenWeights: [n, n], bias: [n] }),
  results: ({ B, n }) => ({ y: [B, n], plain: [B, n] }),
  run: (owner, tensors) => {
    const [x, h, parameters] = [tensors.x as Tensor, tensors.h as Tensor, parametersOf(tensors)];
    const { bias: _, ...plain } = parameters;
    return { y: owner.rnnStep(x, h, parameters), plain: owner.rnnStep(x, h, plain) };
  },
  bound: sumBound,
};

const gradients: Step = {
  operator: 'rnnStepGradients',
  inputs: (sizes) => ({ ...step.inputs(sizes), dy: [sizes.B, sizes.n], y: [sizes.B, sizes.n] }),
  results: step.inputs,
  run: (owner, tensors) => {
    const { dy, y, x, h } = tensors as { dy: Tensor; y: Tensor; x: Tensor; h: Tensor };
    return { ...owner.rnnStepGradients(dy, y, x, h, parametersOf(tensors)) };
  },
  bound: gradientBound(1),
};

const shared = [
  { shapes: { x: [2] }, error: 'ShapeError', text: 'x has shape [2], expected rank 2' },
  { shapes: { h: [4] }, error: 'ShapeError', text: 'h has shape [4], expected rank 2' },
  { shapes: { h: [3, 4] }, error: 'ShapeError', text: 'x has 2 rows, but h 3: x [2,3], h [3,4]' },
  { shapes: { inputWeights: [4, 4] }, error: 'ShapeError', text: 'inputWeights has shape [4,4], expected [4,3]' },
  { shapes: { hiddenWeights: [4, 3] }, error: 'ShapeError', text: 'hiddenWeights has shape [4,3], expected [4,4]' },
  { shapes: { bias: [3] }, error: 'ShapeError', text: 'bias has shape [3], expected [4]' },
] as const;

export const rnnCases: readonly ConformanceCase[] = [
  ...stepCases(step),
  ...stepCases(gradients),
  rejectionCase(step, shared, expectThrows),
  rejectionCase(
    gradients,
    [
      ...shared,
      { shapes: { dy: [2, 3] }, error: 'ShapeError', text: 'dy has shape [2,3], expected [2,4]' },
      { shapes: { y: [2, 3] }, error: 'ShapeError', text: 'y has shape [2,3], expected [2,4]' },
    ],
    expectThrows,
  ),
];
