import type { BackendCore, Tensor } from '../backend.js';
import { ValueError } from '../errors.js';
import { checkBoolean, checkOptions } from './check.js';
import { checkFit, checkParameters, checkState, type RecurrentSizes } from './recurrent.js';

/** Weights of an LSTM step with I inputs and n hidden units; the gates' rows in the order i, f, g, o. */
export interface LstmParameters {
  /** [4n, I] */
  inputWeights: Tensor;
  /** [4n, n] */
  hiddenWeights: Tensor;
  /** [4n]: PyTorch's two biases, added. */
  bias?: Tensor;
}

/** What an LSTM carries from step to step. */
export interface LstmState {
  /** [B, n]: the output. */
  h: Tensor;
  /** [B, n]: the memory cell. */
  c: Tensor;
}

/** Result of {@link LstmOperators.lstmStep}. */
export interface LstmResult extends LstmState {
  /** [B, 4n]: the activated gates i, f, g, o, for lstmStepGradients; present when `returnGates` is set. */
  gates?: Tensor;
}

/** Gradients of an LSTM step, named and shaped like the arguments they belong to. */
export interface LstmGradients {
  x: Tensor;
  h: Tensor;
  c: Tensor;
  inputWeights: Tensor;
  hiddenWeights: Tensor;
  bias: Tensor;
}

/** Long short-term memory, step by step. */
export interface LstmOperators {
  /**
   * With s = x Wx^T + h Wh^T + b in four parts: i, f, o = sigmoid(s_i, s_f, s_o), g = tanh(s_g), c' = f c + i g,
   * h' = o tanh(c'), float32. `x` is [B, I], `state` h and c [B, n]. Workspace: 4 B n elements beside what a matrix product
   * takes.
   * Source: Hochreiter and Schmidhuber 1997; Gers et al. 2000 (forget gate); gate order of PyTorch's LSTM.
   */
  lstmStep(x: Tensor, state: LstmState, parameters: LstmParameters, options?: { returnGates?: boolean }): LstmResult;
  /**
   * Gradients of sum(dy.h * h') + sum(dy.c * c') for every argument of the step that returned `gates`. Without `dy.c` the
   * second sum is left out, as at a sequence's end. Workspace as for lstmStep.
   */
  lstmStepGradients(
    dy: { h: Tensor; c?: Tensor },
    gates: Tensor,
    x: Tensor,
    state: LstmState,
    parameters: LstmParameters,
  ): LstmGradients;
}

export function validateLstmStep(
  backend: BackendCore,
  x: Tensor,
  state: LstmState,
  parameters: LstmParameters,
  options: { returnGates?: boolean } = {},
): RecurrentSizes & { returnGates: boolean } {
  const fn = 'lstmStep';
  checkOptions(fn, options, ['returnGates']);
  const sizes = checkCell(fn, backend, x, state, parameters);
  return { ...sizes, returnGates: checkBoolean(fn, 'returnGates', options.returnGates ?? false) };
}

export function validateLstmStepGradients(
  backend: BackendCore,
  dy: { h: Tensor; c?: Tensor },
  gates: Tensor,
  x: Tensor,
  state: LstmState,
  parameters: LstmParameters,
): RecurrentSizes {
  const fn = 'lstmStepGradients';
  const sizes = checkCell(fn, backend, x, state, parameters);
  const { B, n } = sizes;
  checkPair(fn, 'dy', dy);
  checkFit(fn, backend, 'dy.h', dy.h, [B, n]);
  if (dy.c !== undefined) checkFit(fn, backend, 'dy.c', dy.c, [B, n]);
  checkFit(fn, backend, 'gates', gates, [B, 4 * n]);
  return sizes;
}

function checkCell(
  fn: string,
  backend: BackendCore,
  x: Tensor,
  state: LstmState,
  parameters: LstmParameters,
): RecurrentSizes {
  checkPair(fn, 'state', state);
  const sizes = checkState(fn, backend, x, state.h, 'state.h');
  checkFit(fn, backend, 'state.c', state.c, [sizes.B, sizes.n]);
  checkParameters(fn, backend, parameters, ['bias'], sizes, 4);
  return sizes;
}

function checkPair(fn: string, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || 'shape' in value) {
    throw new ValueError(`${fn}: ${name} must be an object with tensors h and c`);
  }
}
