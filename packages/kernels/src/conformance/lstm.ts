import type { Backend, Tensor } from '../backend.js';
import type { LstmParameters } from '../operators/lstm.js';
import type { ConformanceCase } from './case.js';
import { expectThrows } from './compare.js';
import { gradientBound, rejectionCase, type Step, stepCases, sumBound, type Tensors } from './recurrent.js';

const parametersOf = ({ inputWeights, hiddenWeights, bias }: Tensors): LstmParameters => ({
  inputWeights: inputWeights as Tensor,
  hiddenWeights: hiddenWeights as Tensor,
  ...(bias ? { bias } : {}),
});
const stateOf = ({ h, c }: Tensors) => ({ h: h as Tensor, c: c as Tensor });

const step: Step = {
  operator: 'lstmStep',
  inputs: ({ B, I, n }) => ({
    ...{ x: [B, I], h: [B, n], c: [B, n] },
    ...{ inputWeights: [4 * n, I], hiddenWeights: [4 * n, n], bias: [4 * n] },
  }),
  results: ({ B, n }) => ({ h: [B, n], c: [B, n], gates: [B, 4 * n], lean: [B, n], plain: [B, n] }),
  run: (owner, tensors) => {
    const [x, state, parameters] = [tensors.x as Tensor, stateOf(tensors), parametersOf(tensors)];
    const { bias: _, ...plain } = parameters;
    const { h, c, gates } = owner.lstmStep(x, state, parameters, { returnGates: true });
    const lean = owner.lstmStep(x, state, parameters);
    const unbiased = owner.lstmStep(x, state, plain);
    for (const unused of [lean.c, unbiased.c]) unused.dispose();
    return { h, c, gates: gates as Tensor, lean: lean.h, plain: unbiased.h };
  },
  // c' sums two products of activations of slope 1 at most, h' multiplies its tanh by one more.
  bound: (sizes) => 3 * sumBound(sizes),
};

const gradients: Step = {
  operator: 'lstmStepGradients',
  inputs: (sizes) => {
    const { B, n } = sizes;
    return { ...step.inputs(sizes), dy: [B, n], dc: [B, n], gates: [B, 4 * n] };
  },
  results: step.inputs,
  run: (owner, tensors) => ({ ...differentiate(owner, tensors, true) }),
  bound: gradientBound(4),
};

/** The same where dy.c is left out. */
const gradientsAtEnd: Step = {
  ...gradients,
  run: (owner, tensors) => ({ ...differentiate(owner, tensors, false) }),
};

function differentiate(owner: Backend, tensors: Tensors, below: boolean) {
  const { dy, dc, gates, x } = tensors as { dy: Tensor; dc: Tensor; gates: Tensor; x: Tensor };
  return owner.lstmStepGradients(
    { h: dy, ...(below ? { c: dc } : {}) },
    gates,
    x,
    stateOf(tensors),
    parametersOf(tensors),
  );
}

const shared = [
  { shapes: { x: [2] }, error: 'ShapeError', text: 'x has shape [2], expected rank 2' },
  { shapes: { h: [3, 4] }, error: 'ShapeError', text: 'x has 2 rows, but state.h 3: x [2,3], state.h [3,4]' },
  { shapes: { c: [2, 3] }, error: 'ShapeError', text: 'state.c has shape [2,3], expected [2,4]' },
  { shapes: { inputWeights: [4, 3] }, error: 'ShapeError', text: 'inputWeights has shape [4,3], expected [16,3]' },
  { shapes: { hiddenWeights: [4, 4] }, error: 'ShapeError', text: 'hiddenWeights has shape [4,4], expected [16,4]' },
  { shapes: { bias: [4] }, error: 'ShapeError', text: 'bias has shape [4], expected [16]' },
] as const;

export const lstmCases: readonly ConformanceCase[] = [
  ...stepCases(step),
  ...stepCases(gradients),
  ...stepCases(gradientsAtEnd).map((end) => ({ ...end, name: `${end.name}, without dy.c` })),
  rejectionCase(step, shared, expectThrows),
  rejectionCase(
    gradients,
    [
      ...shared,
      { shapes: { dy: [2, 3] }, error: 'ShapeError', text: 'dy.h has shape [2,3], expected [2,4]' },
      { shapes: { dc: [2, 3] }, error: 'ShapeError', text: 'dy.c has shape [2,3], expected [2,4]' },
      { shapes: { gates: [2, 12] }, error: 'ShapeError', text: 'gates has shape [2,12], expected [2,16]' },
    ],
    expectThrows,
  ),
  {
    operator: 'lstmStep',
    name: 'rejects a state that is no pair',
    tags: [],
    async run(backend) {
      backend.scope(() => {
        const x = backend.tensor(new Float32Array(6), [2, 3]);
        const call = () => backend.lstmStep(x, x as never, { inputWeights: x, hiddenWeights: x });
        expectThrows('lstmStep', call, 'ValueError', /lstmStep: state must be an object with tensors h and c/);
        const options = () =>
          backend.lstmStep(x, { h: x, c: x }, { inputWeights: x, hiddenWeights: x }, { gates: 1 } as never);
        expectThrows('lstmStep', options, 'ValueError', /lstmStep: unknown option 'gates'/);
      });
    },
  },
];
