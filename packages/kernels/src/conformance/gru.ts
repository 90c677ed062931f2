import type { Tensor } from '../backend.js';
import type { GruParameters } from '../operators/gru.js';
import type { ConformanceCase } from './case.js';
import { expectThrows } from './compare.js';
import { gradientBound, rejectionCase, type Step, stepCases, sumBound, type Tensors } from './recurrent.js';

const parametersOf = ({ inputWeights, hiddenWeights, inputBias, hiddenBias }: Tensors): GruParameters => ({
  inputWeights: inputWeights as Tensor,
  hiddenWeights: hiddenWeights as Tensor,
  ...(inputBias ? { inputBias } : {}),
  ...(hiddenBias ? { hiddenBias } : {}),
});

const step = (resetAfter: boolean): Step => ({
  operator: 'gruStep',
  inputs: ({ B, I, n }) => ({
    ...{ x: [B, I], h: [B, n], inputWeights: [3 * n, I], hiddenWeights: [3 * n, n] },
    ...{ inputBias: [3 * n], hiddenBias: [3 * n] },
  }),
  results: ({ B, n }) => ({ h: [B, n], gates: [B, (resetAfter ? 4 : 3) * n], lean: [B, n], plain: [B, n] }),
  run: (owner, tensors) => {
    const [x, state, parameters] = [tensors.x as Tensor, tensors.h as Tensor, parametersOf(tensors)];
    const { inputBias: _, hiddenBias: __, ...plain } = parameters;
    const { h, gates } = owner.gruStep(x, state, parameters, { resetAfter, returnGates: true });
    const lean = owner.gruStep(x, state, parameters, resetAfter ? {} : { resetAfter }).h;
    return { h, gates: gates as Tensor, lean, plain: owner.gruStep(x, state, plain, { resetAfter }).h };
  },
  // The candidate's sum carries the product's error and that of r, of slope 1/4, times the product, gain n at most; h'
  // carries the candidate's error and that of z, times 2 at most.
  bound: (sizes) => (4 + (sizes.gain * sizes.n) / 4) * sumBound(sizes),
});

const gradients = (resetAfter: boolean): Step => ({
  operator: 'gruStepGradients',
  inputs: (sizes) => {
    const { B, n } = sizes;
    return { ...step(resetAfter).inputs(sizes), dy: [B, n], gates: [B, (resetAfter ? 4 : 3) * n] };
  },
  results: step(resetAfter).inputs,
  run: (owner, tensors) => {
    const { dy, gates, x, h } = tensors as { dy: Tensor; gates: Tensor; x: Tensor; h: Tensor };
    const options = resetAfter ? {} : { resetAfter };
    return { ...owner.gruStepGradients(dy, gates, x, h, parametersOf(tensors), options) };
  },
  // Before the product, r's slopes are a quarter of sums over n themselves.
  bound: (sizes) => {
    const { B, n, gain } = sizes;
    const slopes = resetAfter ? 0 : ((n + 2) * n * gain) / 4;
    return gradientBound(3)(sizes) + (Math.max(B, 3 * n) + 1) * gain * slopes;
  },
});

const shared = [
  { shapes: { x: [2] }, error: 'ShapeError', text: 'x has shape [2], expected rank 2' },
  { shapes: { h: [3, 4] }, error: 'ShapeError', text: 'x has 2 rows, but h 3: x [2,3], h [3,4]' },
  { shapes: { inputWeights: [4, 3] }, error: 'ShapeError', text: 'inputWeights has shape [4,3], expected [12,3]' },
  { shapes: { hiddenWeights: [4, 4] }, error: 'ShapeError', text: 'hiddenWeights has shape [4,4], expected [12,4]' },
  { shapes: { inputBias: [4] }, error: 'ShapeError', text: 'inputBias has shape [4], expected [12]' },
  { shapes: { hiddenBias: [4] }, error: 'ShapeError', text: 'hiddenBias has shape [4], expected [12]' },
] as const;

export const gruCases: readonly ConformanceCase[] = [
  ...stepCases(step(true)),
  ...stepCases(gradients(true)),
  ...[step(false), gradients(false)].flatMap((before) =>
    stepCases(before).map((reset) => ({ ...reset, name: `${reset.name}, reset before the product` })),
  ),
  rejectionCase(step(true), shared, expectThrows),
  rejectionCase(
    gradients(true),
    [
      ...shared,
      { shapes: { dy: [2, 3] }, error: 'ShapeError', text: 'dy has shape [2,3], expected [2,4]' },
      { shapes: { gates: [2, 12] }, error: 'ShapeError', text: 'gates has shape [2,12], expected [2,16]' },
    ],
    expectThrows,
  ),
  {
    operator: 'gruStep',
    name: 'rejects what is no option or parameter',
    tags: [],
    async run(backend) {
      backend.scope(() => {
        const x = backend.tensor(new Float32Array(1), [1, 1]);
        const weights = backend.tensor(new Float32Array(3), [3, 1]);
        const parameters = { inputWeights: weights, hiddenWeights: weights };
        const expect = (options: object, given: object, text: RegExp) =>
          expectThrows('gruStep', () => backend.gruStep(x, x, given as GruParameters, options), 'ValueError', text);
        expect({ reset: true }, parameters, /gruStep: unknown option 'reset'/);
        expect({ resetAfter: 1 }, parameters, /gruStep: resetAfter must be true or false, got 1/);
        expect({}, { ...parameters, bias: x }, /gruStep: unknown option 'bias'/);
      });
    },
  },
];
