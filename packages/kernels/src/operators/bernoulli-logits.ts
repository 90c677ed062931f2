import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkTensor, equalShapes } from './check.js';

/** Result of {@link BernoulliLogitsOperators.bernoulliLogits}. */
export interface BernoulliLogitsResult {
  /** [B]: log p(x | logits), summed over the event, nats. */
  logLikelihood: Tensor;
  /** [B, E]: d logLikelihood / d logits = x - sigmoid(logits); present when `gradient` is set. */
  gradient?: Tensor;
}

/** The likelihood of a Bernoulli decoder. */
export interface BernoulliLogitsOperators {
  /**
   * log p(x | l) = sum_e x_e l_e - softplus(l_e), the Bernoulli log-likelihood with logits l, in nats, and its gradient
   * in the same pass. `x` and `logits` are float32 [B, E]; x in [0, 1] is not checked here.
   * Source: Kingma and Welling 2013, appendix C.1, in logits.
   */
  bernoulliLogits(x: Tensor, logits: Tensor, options?: { gradient?: boolean }): BernoulliLogitsResult;
}

export function validateBernoulliLogits(
  backend: BackendCore,
  x: Tensor,
  logits: Tensor,
  options: { gradient?: boolean } = {},
): { rows: number; columns: number; gradient: boolean } {
  const fn = 'bernoulliLogits';
  checkTensor(fn, 'x', x, backend, 'float32');
  checkTensor(fn, 'logits', logits, backend, 'float32');
  checkOptions(fn, options, ['gradient']);
  if (x.shape.length !== 2) throw new ShapeError(`${fn}: x has shape ${formatShape(x.shape)}, expected [B,E]`);
  if (!equalShapes(x.shape, logits.shape)) {
    throw new ShapeError(`${fn}: x has shape ${formatShape(x.shape)}, but logits ${formatShape(logits.shape)}`);
  }
  const [rows, columns] = x.shape as [number, number];
  return { rows, columns, gradient: checkBoolean(fn, 'gradient', options.gradient ?? false) };
}
