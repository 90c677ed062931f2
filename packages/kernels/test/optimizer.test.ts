import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type AdamOptions,
  type Backend,
  createReferenceBackend,
  createWasmBackend,
  type SgdOptions,
  type Tensor,
} from '../src/index.js';

// Sequences of steps against PyTorch's algorithms, written out here once more in float64, and convergence.

const backends = {
  reference: await createReferenceBackend(),
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of Object.values(backends)) backend.dispose();
});

const wave = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1e4 * Math.sin(i * 12.9898 + seed * 78.233)));

/** A parameter's way, step by step, given the gradient of each step: torch.optim.SGD. */
function sgd(parameter: number, gradients: number[], options: SgdOptions): number {
  const { learningRate, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
  let [p, buffer] = [parameter, undefined as number | undefined];
  for (const gradient of gradients) {
    let g = gradient + weightDecay * p;
    if (momentum !== 0) {
      buffer = buffer === undefined ? g : momentum * buffer + (1 - dampening) * g;
      g = nesterov ? g + momentum * buffer : buffer;
    }
    p -= learningRate * g;
  }
  return p;
}

/** The same for torch.optim.Adam and, decoupled, AdamW. */
function adam(parameter: number, gradients: number[], options: Omit<AdamOptions, 'step'>, decoupled: boolean): number {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { weightDecay = decoupled ? 0.01 : 0 } = options;
  let [p, m, v] = [parameter, 0, 0];
  gradients.forEach((gradient, i) => {
    if (decoupled) p *= 1 - learningRate * weightDecay;
    const g = decoupled ? gradient : gradient + weightDecay * p;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const [correction1, correction2] = [1 - beta1 ** (i + 1), 1 - beta2 ** (i + 1)];
    p -= ((learningRate / correction1) * m) / (Math.sqrt(v) / Math.sqrt(correction2) + epsilon);
  });
  return p;
}

/** Takes `steps` steps of a kind, the gradient made of the parameters and the step's number; returns the parameters. */
function train(
  backend: Backend,
  kind: 'sgdStep' | 'adamStep' | 'adamwStep',
  start: Float32Array,
  steps: number,
  options: SgdOptions | Omit<AdamOptions, 'step'>,
  gradientOf: (parameters: Float32Array, step: number) => Float32Array,
): Float32Array {
  const tensors: Tensor[] = [];
  const make = (data: Float32Array) => {
    const tensor = backend.tensor(data, [data.length]);
    tensors.push(tensor);
    return tensor;
  };
  const zeros = () => make(new Float32Array(start.length));
  const parameters = make(start);
  const [first, second] = [zeros(), zeros()];
  for (let step = 1; step <= steps; step++) {
    const gradient = make(gradientOf(parameters.dataSync() as Float32Array, step));
    if (kind === 'sgdStep') backend.sgdStep({ parameters, gradient, velocity: first }, { ...options, step });
    else backend[kind]({ parameters, gradient, firstMoment: first, secondMoment: second }, { ...options, step });
    gradient.dispose();
  }
  const result = parameters.dataSync() as Float32Array;
  for (const tensor of tensors) tensor.dispose();
  return result;
}

describe.each(Object.entries(backends))('%s', (_, backend) => {
  const size = 1031;
  const start = wave(size, 1);
  const gradients = Array.from({ length: 10 }, (_, step) => wave(size, step + 2));
  const ofElement = (i: number) => gradients.map((gradient) => gradient[i] as number);
  const given = (_: Float32Array, step: number) => gradients[step - 1] as Float32Array;

  const expectSequence = (got: Float32Array, want: (i: number) => number) => {
    // Ten steps, in each of which about ten roundoffs of numbers around 1 are left, weighed by the learning rate.
    got.forEach((value, i) => {
      if (!(Math.abs(value - want(i)) <= 2e-6)) throw new Error(`element ${i}: ${value}, expected ${want(i)}`);
    });
  };

  it.each<Omit<SgdOptions, 'step'>>([
    { learningRate: 0.1 },
    { learningRate: 0.1, weightDecay: 0.2 },
    { learningRate: 0.1, momentum: 0.9 },
    { learningRate: 0.1, momentum: 0.9, weightDecay: 0.2, nesterov: true },
    { learningRate: 0.1, momentum: 0.8, dampening: 0.5, weightDecay: 0.2 },
  ])('sgdStep: ten steps with %j', (options) => {
    const got = train(backend, 'sgdStep', start, 10, options, given);
    expectSequence(got, (i) => sgd(start[i] as number, ofElement(i), options));
  });

  it.each<Omit<AdamOptions, 'step'>>([
    { learningRate: 0.01 },
    { learningRate: 0.01, beta1: 0.5, beta2: 0.99, epsilon: 1e-3 },
    { learningRate: 0.01, weightDecay: 0.1 },
  ])('adamStep and adamwStep: ten steps with %j', (options) => {
    for (const kind of ['adamStep', 'adamwStep'] as const) {
      const got = train(backend, kind, start, 10, options, given);
      expectSequence(got, (i) => adam(start[i] as number, ofElement(i), options, kind === 'adamwStep'));
    }
  });

  it('the first step of adamStep is the learning rate, against the sign of the gradient', () => {
    const got = train(backend, 'adamStep', Float32Array.of(1, 1, 1), 1, { learningRate: 0.25, epsilon: 0 }, () =>
      Float32Array.of(1e-6, -3, 1e6),
    );
    expect([...got].map((value) => value.toFixed(6))).toEqual(['0.750000', '1.250000', '0.750000']);
  });

  it.each([
    ['sgdStep', { learningRate: 0.3 }],
    ['sgdStep', { learningRate: 0.1, momentum: 0.8, nesterov: true }],
    ['adamStep', { learningRate: 0.05 }],
    ['adamwStep', { learningRate: 0.05, weightDecay: 0 }],
  ] as const)('%s with %j finds the minimum of a quadratic', (kind, options) => {
    // f(x) = sum a (x - c)^2 / 2 with curvatures a from 0.5 to 3.
    const curvature = Float32Array.from({ length: 21 }, (_, i) => 0.5 + i / 8);
    const centre = wave(21, 5);
    const got = train(backend, kind, new Float32Array(21), 500, options, (x) =>
      x.map((value, i) => (curvature[i] as number) * (value - (centre[i] as number))),
    );
    got.forEach((value, i) => {
      expect(Math.abs(value - (centre[i] as number))).toBeLessThan(1e-3);
    });
  });

  it('adamwStep shrinks parameters without a gradient by learningRate * weightDecay, adamStep by its own rule', () => {
    const still = () => new Float32Array(1);
    const options = { learningRate: 0.1, weightDecay: 0.5 };
    const start = Float32Array.of(2);
    expect(train(backend, 'adamwStep', start, 2, options, still)[0]).toBeCloseTo(2 * 0.95 ** 2, 6);
    expect(train(backend, 'adamStep', start, 1, options, still)[0]).toBeCloseTo(1.9, 6);
  });
});

describe.each(['fast', 'reproducible'] as const)('%s against the reference', (name) => {
  const rate = fc.double({ min: 0, max: 1, noNaN: true });
  const run = { seed: 20261125, numRuns: 100 };
  const expectSame = (
    kind: 'sgdStep' | 'adamStep' | 'adamwStep',
    size: number,
    options: SgdOptions | Omit<AdamOptions, 'step'>,
    tolerance: number,
  ) => {
    const program = (on: Backend) => train(on, kind, wave(size, 1), 3, options, (_, step) => wave(size, 1 + step));
    const [mine, truth] = [program(backends[name]), program(backends.reference)];
    mine.forEach((value, i) => {
      if (!(Math.abs(value - (truth[i] as number)) <= tolerance)) throw new Error(`${i}: ${value}, not ${truth[i]}`);
    });
  };

  it('sgdStep', () => {
    fc.assert(
      fc.property(fc.nat(300), rate, rate, rate, fc.boolean(), (size, learningRate, momentum, weightDecay, ahead) => {
        const nesterov = ahead && momentum > 0;
        // Three steps grow a number by at most (1 + 2 (1 + 1)) each.
        expectSame('sgdStep', size, { learningRate, momentum, weightDecay, nesterov }, 3e-5);
      }),
      run,
    );
  });

  it('adamStep and adamwStep', () => {
    const beta = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(fc.nat(300), rate, beta, beta, fc.boolean(), (size, learningRate, beta1, beta2, decoupled) => {
        // With an epsilon of 0.1 a step is at most 20 times the rate, and passes on 20 times the error of a moment.
        const options = { learningRate, beta1, beta2, epsilon: 0.1, weightDecay: 0.1 };
        expectSame(decoupled ? 'adamwStep' : 'adamStep', size, options, 2e-4);
      }),
      run,
    );
  });
});
