import type { BackendCore, Tensor } from '../backend.js';
import { checkFit, checkParameters, checkState, type RecurrentSizes } from './recurrent.js';

/** Weights of a recurrent step with I inputs and n hidden units. */
export interface RnnParameters {
  /** [n, I] */
  inputWeights: Tensor;
  /** [n, n] */
  hiddenWeights: Tensor;
  /** [n] */
  bias?: Tensor;
}

/** Gradients of a recurrent step, named and shaped like the arguments they belong to. */
export interface RnnGradients {
  x: Tensor;
  h: Tensor;
  inputWeights: Tensor;
  hiddenWeights: Tensor;
  bias: Tensor;
}

/** The plain recurrent network, step by step. */
export interface RnnOperators {
  /**
   * h' = tanh(x Wx^T + h Wh^T + b), float32. `x` is [B, I], `h` [B, n], `parameters` Wx [n, I], Wh [n, n] and b [n]; result
   * [B, n]. Workspace: B n elements beside what a matrix product takes.
   * Source: Elman 1990, Finding structure in time.
   */
  rnnStep(x: Tensor, h: Tensor, parameters: RnnParameters): Tensor;
  /**
   * Gradients of sum(dy * rnnStep(x, h, parameters)) for every argument; `y` is that step's result. `dy` and `y` are [B, n].
   * Workspace as for rnnStep.
   */
  rnnStepGradients(dy: Tensor, y: Tensor, x: Tensor, h: Tensor, parameters: RnnParameters): RnnGradients;
}

export function validateRnnStep(
  backend: BackendCore,
  x: Tensor,
  h: Tensor,
  parameters: RnnParameters,
  fn = 'rnnStep',
): RecurrentSizes {
  const sizes = checkState(fn, backend, x, h);
  checkParameters(fn, backend, parameters, ['bias'], sizes, 1);
  return sizes;
}

export function validateRnnStepGradients(
  backend: BackendCore,
  dy: Tensor,
  y: Tensor,
  x: Tensor,
  h: Tensor,
  parameters: RnnParameters,
): RecurrentSizes {
  const fn = 'rnnStepGradients';
  const sizes = validateRnnStep(backend, x, h, parameters, fn);
  for (const [name, tensor] of Object.entries({ dy, y })) checkFit(fn, backend, name, tensor, [sizes.B, sizes.n]);
  return sizes;
}
