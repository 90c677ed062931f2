import type { BackendCore, Tensor } from '../backend.js';
import { checkBoolean, checkOptions } from './check.js';
import { checkFit, checkParameters, checkState, type RecurrentSizes } from './recurrent.js';

/** Weights of a GRU step with I inputs and n hidden units; the gates' rows in the order r, z, n. */
export interface GruParameters {
  /** [3n, I] */
  inputWeights: Tensor;
  /** [3n, n] */
  hiddenWeights: Tensor;
  /** [3n] */
  inputBias?: Tensor;
  /** [3n] */
  hiddenBias?: Tensor;
}

/** What a GRU step and its gradients share. */
export interface GruGeometryOptions {
  /**
   * Where the reset gate acts: true multiplies the candidate's hidden product (PyTorch, cuDNN), false the hidden state
   * before it (Cho et al. 2014). Default true.
   */
  resetAfter?: boolean;
}

/** Options of {@link GruOperators.gruStep}. */
export interface GruOptions extends GruGeometryOptions {
  /** Also return what gruStepGradients needs. Default false. */
  returnGates?: boolean;
}

/** Result of {@link GruOperators.gruStep}. */
export interface GruResult {
  /** [B, n] */
  h: Tensor;
  /**
   * The activated gates r, z, n for gruStepGradients; present when `returnGates` is set. [B, 4n] with the candidate's hidden
   * product as the fourth, or [B, 3n] with `resetAfter: false`.
   */
  gates?: Tensor;
}

/** Gradients of a GRU step, named and shaped like the arguments they belong to. */
export interface GruGradients {
  x: Tensor;
  h: Tensor;
  inputWeights: Tensor;
  hiddenWeights: Tensor;
  inputBias: Tensor;
  hiddenBias: Tensor;
}

/** Gated recurrent units, step by step. */
export interface GruOperators {
  /**
   * With a = x Wx^T + bx and b = h Wh^T + bh in three parts: r = sigmoid(a_r + b_r), z = sigmoid(a_z + b_z),
   * n = tanh(a_n + r b_n), h' = (1 - z) n + z h, float32. With `resetAfter: false` n = tanh(a_n + (r h) Whn^T + bhn).
   * `x` is [B, I], `h` [B, n]. Workspace: 6 B n elements, 9 B n with `resetAfter: false`, beside what a matrix product takes.
   * Source: Cho et al. 2014, Learning phrase representations using RNN encoder-decoder; equations of PyTorch's GRU.
   */
  gruStep(x: Tensor, h: Tensor, parameters: GruParameters, options?: GruOptions): GruResult;
  /**
   * Gradients of sum(dy * h') for every argument of the step that returned `gates`, with that step's `resetAfter`. `dy` is
   * [B, n]. Workspace: 6 B n elements, 8 B n with `resetAfter: false`, beside what a matrix product takes.
   */
  gruStepGradients(
    dy: Tensor,
    gates: Tensor,
    x: Tensor,
    h: Tensor,
    parameters: GruParameters,
    options?: GruGeometryOptions,
  ): GruGradients;
}

export function validateGruStep(
  backend: BackendCore,
  x: Tensor,
  h: Tensor,
  parameters: GruParameters,
  options: GruOptions = {},
): RecurrentSizes & Required<GruOptions> {
  const fn = 'gruStep';
  checkOptions(fn, options, ['resetAfter', 'returnGates']);
  const sizes = checkState(fn, backend, x, h);
  checkParameters(fn, backend, parameters, ['inputBias', 'hiddenBias'], sizes, 3);
  return {
    ...sizes,
    resetAfter: checkBoolean(fn, 'resetAfter', options.resetAfter ?? true),
    returnGates: checkBoolean(fn, 'returnGates', options.returnGates ?? false),
  };
}

export function validateGruStepGradients(
  backend: BackendCore,
  dy: Tensor,
  gates: Tensor,
  x: Tensor,
  h: Tensor,
  parameters: GruParameters,
  options: GruGeometryOptions = {},
): RecurrentSizes & { resetAfter: boolean } {
  const fn = 'gruStepGradients';
  checkOptions(fn, options, ['resetAfter']);
  const sizes = checkState(fn, backend, x, h);
  checkParameters(fn, backend, parameters, ['inputBias', 'hiddenBias'], sizes, 3);
  const resetAfter = checkBoolean(fn, 'resetAfter', options.resetAfter ?? true);
  const { B, n } = sizes;
  checkFit(fn, backend, 'dy', dy, [B, n]);
  checkFit(fn, backend, 'gates', gates, [B, (resetAfter ? 4 : 3) * n]);
  return { ...sizes, resetAfter };
}
