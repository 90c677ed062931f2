import type { AdamOptions, Backend, SgdOptions, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { ConformanceError, expectClose, expectThrows } from './compare.js';

type Step = 'sgdStep' | 'adamStep' | 'adamwStep';

const makeCase =
  (operator: Step) =>
  (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
    ...{ operator, name, tags, run },
  });
const at = ({ data }: Input, i: number): number => data[i] as number;
const bounds = (count: number, slack: number, size: (i: number) => number) =>
  Float64Array.from({ length: count }, (_, i) => {
    const bound = slack * (float32Roundoff * size(i) + 2 ** -140);
    return Number.isFinite(bound) ? bound : 0;
  });

async function checkSgd(backend: Backend, inputs: Input[], options: SgdOptions, slack = 1): Promise<void> {
  const [p, g, v] = inputs as [Input, Input, Input];
  const { actual, expected } = await onBoth(backend, inputs, (owner, ...made) => {
    const [parameters, gradient, velocity] = made as [Tensor, Tensor, Tensor];
    owner.sgdStep({ parameters, gradient, velocity }, options);
    return { parameters, gradient, velocity };
  });
  const { learningRate, momentum = 0, weightDecay = 0 } = options;
  // Each of the terms has two or three roundings, its coefficient's one, and the sums two.
  const sizeOfGradient = (i: number) => Math.abs(at(g, i)) + weightDecay * Math.abs(at(p, i));
  const sizeOfVelocity = (i: number) => momentum * Math.abs(at(v, i)) + sizeOfGradient(i);
  const count = p.data.length;
  const sizeOfStep = (i: number) => 2 * Math.abs(at(p, i)) + 10 * learningRate * sizeOfVelocity(i) * (1 + momentum);
  expectClose('parameters', actual.parameters, expected.parameters, { absolute: bounds(count, slack, sizeOfStep) });
  const absolute = bounds(count, slack, (i) => 6 * sizeOfVelocity(i));
  expectClose('velocity', actual.velocity, expected.velocity, { absolute });
  expectClose('gradient', actual.gradient, g.data, {});
}

async function checkAdam(
  backend: Backend,
  step: 'adamStep' | 'adamwStep',
  inputs: Input[],
  options: AdamOptions,
  slack = 1,
): Promise<void> {
  const [p, g, m, v] = inputs as [Input, Input, Input, Input];
  const { actual, expected } = await onBoth(backend, inputs, (owner, ...made) => {
    const [parameters, gradient, firstMoment, secondMoment] = made as [Tensor, Tensor, Tensor, Tensor];
    owner[step]({ parameters, gradient, firstMoment, secondMoment }, options);
    return { parameters, gradient, firstMoment, secondMoment };
  });
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  const { firstMoment: newM, secondMoment: newV } = expected;
  const count = p.data.length;
  const decay = step === 'adamStep' && options.weightDecay === undefined ? 0 : weightDecay;
  // Errors in roundoffs: two or three for each term of a moment, then what the quotient passes on of both, and its own.
  const sizeOfGradient = (i: number) => Math.abs(at(g, i)) + decay * Math.abs(at(p, i));
  const errorOfFirst = (i: number) => 5 * (Math.abs(at(m, i)) + sizeOfGradient(i));
  const errorOfSecond = (i: number) => 8 * (at(v, i) + (1 - beta2) * sizeOfGradient(i) ** 2);
  const errorOfStep = (i: number) => {
    const root = Math.sqrt((newV[i] as number) / (1 - beta2 ** options.step)) + epsilon;
    const rate = learningRate / (1 - beta1 ** options.step) / root;
    const passed = newV[i] ? errorOfSecond(i) / (newV[i] as number) / 2 : 0;
    const own = rate * (errorOfFirst(i) + Math.abs(newM[i] as number) * (passed + 8));
    return own + (2 + 6 * learningRate * decay) * Math.abs(at(p, i)) + 2 * Math.abs(expected.parameters[i] as number);
  };
  expectClose('firstMoment', actual.firstMoment, newM, { absolute: bounds(count, slack, errorOfFirst) });
  expectClose('secondMoment', actual.secondMoment, newV, { absolute: bounds(count, slack, errorOfSecond) });
  const absolute = bounds(count, slack, errorOfStep);
  expectClose('parameters', actual.parameters, expected.parameters, { absolute });
  expectClose('gradient', actual.gradient, g.data, {});
}

/** Parameters, gradient and two tensors of state, the second not negative. */
const block = (shape: readonly number[]): Input[] => {
  const size = shape.reduce((product, length) => product * length, 1);
  const state = input(size + 4, shape);
  return [
    ...[input(size + 1, shape), input(size + 2, shape, 0.5), input(size + 3, shape, 0.3)],
    { data: state.data.map((value: number) => value * value) as Float32Array, shape },
  ];
};
const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

const sgdOptions: readonly SgdOptions[] = [
  { learningRate: 0.1 },
  { learningRate: 0.1, weightDecay: 0.3 },
  { learningRate: 0.1, momentum: 0.9 },
  { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.3 },
  { learningRate: 0.1, momentum: 0.9, dampening: 0.4, step: 2 },
  { learningRate: 0.1, momentum: 0.9, dampening: 0.4, step: 1 },
];
const adamOptions: readonly AdamOptions[] = [
  { learningRate: 0.1, step: 1 },
  { learningRate: 0.1, step: 7 },
  { learningRate: 0.1, step: 7, weightDecay: 0.4 },
  { learningRate: 0.1, step: 7, beta1: 0.5 },
  { learningRate: 0.1, step: 7, beta2: 0.9 },
  { learningRate: 0.1, step: 7, epsilon: 0.1 },
  { learningRate: 0.1, step: 1e6, beta1: 0, beta2: 0 },
];

/** The parameters after one step, for each of the options; all must differ. */
function expectDistinct<T>(backend: Backend, options: readonly T[], step: (tensors: Tensor[], of: T) => void): void {
  const results = options.map((each) => {
    const made = block([9]).map(({ data, shape }) => backend.tensor(data, shape));
    step(made, each);
    const result = (made[0] as Tensor).dataSync().join();
    for (const tensor of made) tensor.dispose();
    return result;
  });
  const distinct = new Set(results).size;
  if (distinct < results.length) throw new ConformanceError(`${distinct} results of ${results.length} options`);
}

const sizes = [0, 1, 3, 4, 5, 7, 8, 9, 17, 1009];

export const optimizerCases: readonly ConformanceCase[] = [
  ...sizes.map((size) =>
    makeCase('sgdStep')(`${size} elements, each option`, async (backend, slack) => {
      for (const options of sgdOptions) await checkSgd(backend, block([size]).slice(0, 3), options, slack);
    }),
  ),
  makeCase('sgdStep')('40001 elements, rank 0 and rank 3', async (backend, slack) => {
    for (const shape of [[40001], [], [2, 3, 5]]) {
      const options = { learningRate: 0.01, momentum: 0.5, weightDecay: 1e-4 };
      await checkSgd(backend, block(shape).slice(0, 3), options, slack);
    }
  }),
  makeCase('sgdStep')('without momentum the velocity stays, and may be left out', async (backend) => {
    const [p, g, v] = block([6]) as [Input, Input, Input];
    const { actual } = await onBoth(backend, [p, g, v, p], (owner, ...made) => {
      const [parameters, gradient, velocity, alone] = made as [Tensor, Tensor, Tensor, Tensor];
      owner.sgdStep({ parameters, gradient, velocity }, { learningRate: 1 });
      owner.sgdStep({ parameters: alone, gradient }, { learningRate: 1 });
      return { parameters, velocity, alone };
    });
    expectClose('velocity', actual.velocity, v.data, {});
    expectClose('parameters without velocity', actual.alone, actual.parameters, {});
  }),
  makeCase('sgdStep')('step 1 reads no velocity', (backend, slack) =>
    checkSgd(backend, [row(1, 2), row(3, 4), row(nan, 9)], { learningRate: 1, momentum: 0.5, step: 1 }, slack),
  ),
  makeCase('sgdStep')(
    'NaN and infinities stay in their element',
    (backend, slack) =>
      checkSgd(
        backend,
        [row(nan, 1, 1, inf, 1, 1), row(1, nan, 1, 1, -inf, 1), row(1, 1, nan, 1, 1, inf)],
        { learningRate: 0.1, momentum: 0.9 },
        slack,
      ),
    ['non-finite'],
  ),
  makeCase('sgdStep')(
    'subnormal values',
    (backend, slack) =>
      checkSgd(backend, [row(1e-40, 0), row(1e-41, 1e-44), row(1e-42, 0)], { learningRate: 1, momentum: 1 }, slack),
    ['subnormal'],
  ),
  ...(['adamStep', 'adamwStep'] as const).flatMap((step) => [
    ...sizes.map((size) =>
      makeCase(step)(`${size} elements, each option`, async (backend, slack) => {
        for (const options of adamOptions) await checkAdam(backend, step, block([size]), options, slack);
      }),
    ),
    makeCase(step)('40001 elements, rank 0 and rank 3', async (backend, slack) => {
      for (const shape of [[40001], [], [2, 3, 5]]) {
        await checkAdam(backend, step, block(shape), { learningRate: 1e-3, step: 100, weightDecay: 0.01 }, slack);
      }
    }),
    makeCase(step)('a zero gradient at step 1 moves nothing but by decay', (backend, slack) =>
      checkAdam(backend, step, [row(1, 2), row(0, 0), row(0, 0), row(0, 0)], { learningRate: 1, step: 1 }, slack),
    ),
    makeCase(step)(
      'NaN and infinities stay in their element',
      (backend, slack) => {
        const inputs = [row(nan, 1, 1, inf, 1), row(1, nan, 1, 1, 1), row(1, 1, nan, 1, 1), row(1, 1, 1, 1, inf)];
        return checkAdam(backend, step, inputs, { learningRate: 0.1, step: 3, weightDecay: 0 }, slack);
      },
      ['non-finite'],
    ),
  ]),
  ...(['sgdStep', 'adamStep', 'adamwStep'] as const).map((step) =>
    makeCase(step)('rejects bad tensors and options, and writes nothing then', async (backend) => {
      backend.scope(() => {
        const make = (value: number, shape = [2]) => backend.tensor(new Float32Array(2).fill(value), shape);
        const [parameters, gradient] = [make(1), make(2)];
        const state = step === 'sgdStep' ? { velocity: make(3) } : { firstMoment: make(3), secondMoment: make(4) };
        const last = step === 'sgdStep' ? 'velocity' : 'secondMoment';
        const good = { learningRate: 0.1, step: 1, ...(step === 'sgdStep' ? { momentum: 0.9 } : {}) };
        const expectError = (name: string, text: string, tensors: object, options: object = {}) => {
          const call = backend[step] as (...values: unknown[]) => void;
          const run = () => call({ parameters, gradient, ...state, ...tensors }, { ...good, ...options });
          expectThrows(step, run, name, new RegExp(`^${step}: ${text}`));
        };
        expectError('ShapeError', `parameters has shape \\[2\\], but ${last} \\[1,2\\]`, { [last]: make(1, [1, 2]) });
        expectError('ValueError', 'parameters must be a Tensor .* got undefined', { parameters: undefined });
        expectError('ValueError', `${last} and gradient are the same tensor, which`, { [last]: gradient });
        expectError('ValueError', "unknown option 'buffer'; it takes parameters, gradient, ", { buffer: gradient });
        expectError('ValueError', "unknown option 'lr'; it takes learningRate, ", {}, { lr: 1 });
        const number = (name: string, got: string) => `${name} must be a finite number of at least 0, got ${got}`;
        expectError('ValueError', number('learningRate', 'undefined'), {}, { learningRate: undefined });
        expectError('ValueError', number('weightDecay', '-1'), {}, { weightDecay: -1 });
        expectError('ValueError', 'step must be an integer from 1 on, got 0', {}, { step: 0 });
        if (step === 'sgdStep') {
          expectError('ValueError', number('momentum', 'NaN'), {}, { momentum: Number.NaN });
          expectError('ValueError', 'momentum 0.9 needs a velocity tensor', { velocity: undefined });
          expectError('ValueError', 'nesterov must be true or false, got 1', {}, { nesterov: 1 });
          const nesterov = 'nesterov needs momentum above 0 and dampening 0, got momentum 0 and dampening 0';
          expectError('ValueError', nesterov, {}, { nesterov: true, momentum: 0 });
          expectError('ValueError', 'dampening needs step', {}, { dampening: 0.5, step: undefined });
        } else {
          expectError('ValueError', 'beta1 must be at least 0 and below 1, got 1', {}, { beta1: 1 });
          expectError('ValueError', 'beta2 must be at least 0 and below 1, got -1', {}, { beta2: -1 });
          expectError('ValueError', number('epsilon', 'Infinity'), {}, { epsilon: Number.POSITIVE_INFINITY });
          expectError('ValueError', 'step must be an integer from 1 on, got undefined', {}, { step: undefined });
          expectError('ValueError', 'firstMoment must be a Tensor', { firstMoment: undefined });
        }
        if (backend.info.synchronousRead) {
          for (const [i, tensor] of [parameters, gradient, ...Object.values(state)].entries()) {
            expectClose('after errors', tensor.dataSync(), new Float32Array(2).fill(i + 1), {});
          }
        }
      });
    }),
  ),
  makeCase('sgdStep')('each option changes the step', async (backend) => {
    if (!backend.info.synchronousRead) return;
    // All but the last, whose first step is that of plain descent.
    expectDistinct(backend, sgdOptions.slice(0, -1), ([parameters, gradient, velocity], options) =>
      backend.sgdStep({ parameters, gradient, velocity } as Parameters<Backend['sgdStep']>[0], options),
    );
  }),
  ...(['adamStep', 'adamwStep'] as const).map((step) =>
    makeCase(step)('each option changes the step', async (backend) => {
      if (!backend.info.synchronousRead) return;
      expectDistinct(backend, adamOptions, ([parameters, gradient, firstMoment, secondMoment], options) =>
        backend[step](
          { parameters, gradient, firstMoment, secondMoment } as Parameters<Backend['adamStep']>[0],
          options,
        ),
      );
    }),
  ),
];
