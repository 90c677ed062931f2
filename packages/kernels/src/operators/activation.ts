import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkOptions, checkTensor, equalShapes } from './check.js';

/** Functions {@link ActivationOperators.activationGradient} differentiates; `geluTanh` is the tanh form of GELU. */
export type ActivationKind = 'relu' | 'gelu' | 'geluTanh' | 'silu' | 'tanh' | 'sigmoid' | 'softplus';

/**
 * Functions of each element: float32 of any shape in, the same shape out. NaN gives NaN, infinities give limits. With
 * u = 2^-24 the relative error is at most 4u (2 ulp) where nothing else is said, results below 2^-126 within 2^-148.
 */
export interface ActivationOperators {
  /** max(x, 0), exact. */
  relu(x: Tensor): Tensor;

  /**
   * x Phi(x), Phi the standard normal distribution function; relative error at most 12u over the whole range, also in the left
   * tail, where x (1 + erf(x / sqrt 2)) / 2 cancels. `approximation: 'tanh'` instead gives
   * x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 with relative error at most (8 + 4 |x| (1.6 + 0.0714 x^2)) u.
   * Results below 2^-119 are within 2^-142. Source: Hendrycks and Gimpel 2016, section 2.
   */
  gelu(x: Tensor, options?: { approximation?: 'none' | 'tanh' }): Tensor;

  /** x sigmoid(x), relative error at most 6u, results below 2^-119 within 2^-142. Source: Elfwing et al. 2017, eq. 10. */
  silu(x: Tensor): Tensor;

  /** tanh(x). */
  tanh(x: Tensor): Tensor;

  /** 1 / (1 + e^-x), small values in full relative accuracy. */
  sigmoid(x: Tensor): Tensor;

  /** log(1 + e^x), small values in full relative accuracy. */
  softplus(x: Tensor): Tensor;

  /** e^x. */
  exp(x: Tensor): Tensor;

  /** The natural logarithm; -Infinity at 0, NaN below. */
  log(x: Tensor): Tensor;

  /**
   * dy f'(x), the gradient of a loss with respect to x where `dy` is the one with respect to y = f(x); `x` and `dy` have equal
   * shapes. For relu: dy where x > 0, and 0 where x <= 0 whatever dy is. f' is within 8u of the sum of the sizes of its terms,
   * within 16u for gelu, (16 + 8 |x| (1.6 + 0.0714 x^2)) u for geluTanh; tiny ones
   * are within 2^-140.
   */
  activationGradient(kind: ActivationKind, x: Tensor, dy: Tensor): Tensor;
}

/** Checks the argument of an activation without options. */
export function validateActivation(backend: BackendCore, fn: string, x: Tensor): void {
  checkTensor(fn, 'x', x, backend, 'float32');
}

/** Which of the two forms of GELU is meant. */
export function validateGelu(
  backend: BackendCore,
  x: Tensor,
  options: { approximation?: 'none' | 'tanh' } = {},
): 'gelu' | 'geluTanh' {
  checkTensor('gelu', 'x', x, backend, 'float32');
  checkOptions('gelu', options, ['approximation']);
  const approximation = options.approximation ?? 'none';
  if (approximation !== 'none' && approximation !== 'tanh') {
    throw new ValueError(`gelu: approximation must be 'none' or 'tanh', got ${String(approximation)}`);
  }
  return approximation === 'tanh' ? 'geluTanh' : 'gelu';
}

// A record, so that the compiler asks for every kind.
const kinds: Record<ActivationKind, true> = {
  relu: true,
  gelu: true,
  geluTanh: true,
  silu: true,
  tanh: true,
  sigmoid: true,
  softplus: true,
};

export function validateActivationGradient(backend: BackendCore, kind: ActivationKind, x: Tensor, dy: Tensor): void {
  const fn = 'activationGradient';
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    throw new ValueError(`${fn}: kind must be one of ${Object.keys(kinds).join(', ')}, got ${String(kind)}`);
  }
  checkTensor(fn, 'x', x, backend, 'float32');
  checkTensor(fn, 'dy', dy, backend, 'float32');
  if (!equalShapes(x.shape, dy.shape)) {
    throw new ShapeError(`${fn}: x has shape ${formatShape(x.shape)}, but dy ${formatShape(dy.shape)}`);
  }
}
