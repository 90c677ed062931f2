import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkTensor, equalShapes } from './check.js';

/** What {@link OptimizerOperators.sgdStep} reads and writes: float32 of one shape. */
export interface SgdTensors {
  /** Written. */
  parameters: Tensor;
  gradient: Tensor;
  /** Written; needed with momentum, and left alone without. Zeros before the first step. */
  velocity?: Tensor;
}

/** Options of {@link OptimizerOperators.sgdStep}. */
export interface SgdOptions {
  learningRate: number;
  /** Default 0. */
  momentum?: number;
  /** Default false; needs momentum, and no dampening. */
  nesterov?: boolean;
  /** Adds weightDecay * parameters to the gradient. Default 0. */
  weightDecay?: number;
  /** Default 0; needs `step`. */
  dampening?: number;
  /** Number of the step, from 1 on. Step 1 sets the velocity to the gradient, undamped, whatever it held. */
  step?: number;
}

/** What {@link OptimizerOperators.adamStep} reads and writes: float32 of one shape. */
export interface AdamTensors {
  /** Written. */
  parameters: Tensor;
  gradient: Tensor;
  /** Written. Zeros before step 1. */
  firstMoment: Tensor;
  /** Written. Zeros before step 1. */
  secondMoment: Tensor;
}

/** Options of {@link OptimizerOperators.adamStep} and {@link OptimizerOperators.adamwStep}. */
export interface AdamOptions {
  learningRate: number;
  /** Decay of the first moment, in [0, 1). Default 0.9. */
  beta1?: number;
  /** Decay of the second moment, in [0, 1). Default 0.999. */
  beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  epsilon?: number;
  /** Number of the step, from 1 on, for the correction of the moments' bias. */
  step: number;
  /** Default 0 for `adamStep`, 0.01 for `adamwStep`. */
  weightDecay?: number;
}

/**
 * Steps of training. This is the one family of operators that writes its arguments: parameters and state are updated IN
 * PLACE, nothing is returned, and the tensors have to be different ones. All arguments are checked before any is written.
 * The semantics are PyTorch's (torch.optim), with scalars computed in float64.
 */
export interface OptimizerOperators {
  /**
   * g = gradient + weightDecay * parameters; with momentum mu, velocity = mu velocity + (1 - dampening) g and the
   * direction is velocity, or g + mu velocity with `nesterov`; else it is g. parameters -= learningRate * direction.
   * Source: Sutskever et al. 2013, in the form of torch.optim.SGD.
   */
  sgdStep(tensors: SgdTensors, options: SgdOptions): void;

  /**
   * g = gradient + weightDecay * parameters, firstMoment m = beta1 m + (1 - beta1) g, secondMoment v = beta2 v +
   * (1 - beta2) g^2, and parameters -= learningRate * m' / (sqrt(v') + epsilon) with m' = m / (1 - beta1^step) and
   * v' = v / (1 - beta2^step). Source: Kingma and Ba 2015, algorithm 1.
   */
  adamStep(tensors: AdamTensors, options: AdamOptions): void;

  /**
   * As `adamStep` with g = gradient, and parameters -= learningRate * weightDecay * parameters beside.
   * Source: Loshchilov and Hutter 2019, algorithm 2.
   */
  adamwStep(tensors: AdamTensors, options: AdamOptions): void;
}

/** A checked sgdStep; `velocity` is there if the step uses one. */
export interface SgdPlan extends SgdTensors {
  learningRate: number;
  momentum: number;
  nesterov: boolean;
  weightDecay: number;
  dampening: number;
  first: boolean;
}

/** A checked adamStep or adamwStep. */
export interface AdamPlan extends AdamTensors {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** Added to the gradient, times the parameters. */
  weightDecay: number;
  /** Part of the parameters that is taken away from them. */
  shrink: number;
  /** 1 - beta1^step. */
  firstCorrection: number;
  /** 1 - beta2^step. */
  secondCorrection: number;
}

export function validateSgdStep(backend: BackendCore, tensors: SgdTensors, options: SgdOptions): SgdPlan {
  const fn = 'sgdStep';
  checkOptions(fn, options, ['learningRate', 'momentum', 'nesterov', 'weightDecay', 'dampening', 'step']);
  const { learningRate, momentum = 0, weightDecay = 0, dampening = 0, step } = options;
  const nesterov = checkBoolean(fn, 'nesterov', options.nesterov ?? false);
  for (const [name, value] of Object.entries({ learningRate, momentum, weightDecay, dampening })) {
    checkNumber(fn, name, value);
  }
  if (step !== undefined) checkStep(fn, step);
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new ValueError(
      `${fn}: nesterov needs momentum above 0 and dampening 0, got momentum ${momentum} and dampening ${dampening}`,
    );
  }
  if (dampening !== 0 && step === undefined) {
    throw new ValueError(`${fn}: dampening needs step, as the first step is not damped`);
  }
  const { parameters, gradient, velocity } = checkTensors(fn, backend, tensors, ['velocity']);
  if (momentum !== 0 && !velocity) throw new ValueError(`${fn}: momentum ${momentum} needs a velocity tensor`);
  const plan = { parameters, gradient, learningRate, momentum, nesterov, weightDecay, dampening, first: step === 1 };
  return velocity && momentum !== 0 ? { ...plan, velocity } : plan;
}

export function validateAdamStep(
  fn: 'adamStep' | 'adamwStep',
  backend: BackendCore,
  tensors: AdamTensors,
  options: AdamOptions,
): AdamPlan {
  checkOptions(fn, options, ['learningRate', 'beta1', 'beta2', 'epsilon', 'step', 'weightDecay']);
  const decoupled = fn === 'adamwStep';
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, step } = options;
  const { weightDecay = decoupled ? 0.01 : 0 } = options;
  for (const [name, value] of Object.entries({ learningRate, epsilon, weightDecay })) checkNumber(fn, name, value);
  for (const [name, value] of Object.entries({ beta1, beta2 })) {
    if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
      throw new ValueError(`${fn}: ${name} must be at least 0 and below 1, got ${String(value)}`);
    }
  }
  checkStep(fn, step);
  return {
    ...checkTensors(fn, backend, tensors, ['firstMoment', 'secondMoment'], true),
    ...{ learningRate, beta1, beta2, epsilon },
    weightDecay: decoupled ? 0 : weightDecay,
    shrink: decoupled ? learningRate * weightDecay : 0,
    firstCorrection: 1 - beta1 ** step,
    secondCorrection: 1 - beta2 ** step,
  };
}

/** All tensors of a step: of this backend, of one shape, and no one twice. */
function checkTensors<T extends SgdTensors | AdamTensors>(
  fn: string,
  backend: BackendCore,
  tensors: T,
  state: readonly string[],
  needed = false,
): T {
  const names = ['parameters', 'gradient', ...state];
  checkOptions(fn, tensors, names);
  const given = tensors as unknown as Record<string, Tensor>;
  for (const [place, name] of names.entries()) {
    if (given[name] === undefined && !needed && state.includes(name)) continue;
    const tensor = given[name] as Tensor;
    checkTensor(fn, name, tensor, backend, 'float32');
    const { shape } = tensors.parameters;
    if (!equalShapes(tensor.shape, shape)) {
      throw new ShapeError(
        `${fn}: parameters has shape ${formatShape(shape)}, but ${name} ${formatShape(tensor.shape)}`,
      );
    }
    const twin = names.slice(0, place).find((other) => given[other] === tensor);
    if (twin) throw new ValueError(`${fn}: ${name} and ${twin} are the same tensor, which the step would write`);
  }
  return tensors;
}

function checkNumber(fn: string, name: string, value: unknown): void {
  if (typeof value !== 'number' || !(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new ValueError(`${fn}: ${name} must be a finite number of at least 0, got ${String(value)}`);
  }
}

function checkStep(fn: string, step: unknown): void {
  if (!Number.isSafeInteger(step) || (step as number) < 1) {
    throw new ValueError(`${fn}: step must be an integer from 1 on, got ${String(step)}`);
  }
}
