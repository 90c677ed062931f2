import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkTensor, equalShapes } from './check.js';

/** Result of {@link GaussianNllOperators.gaussianNll}. */
export interface GaussianNllResult {
  /** [B]: -log p(x | mean, logvar), summed over the event, nats. */
  nll: Tensor;
  /** [B, E]: d nll / d mean = (mean - x) e^-logvar; present when `gradient` is set. */
  dMean?: Tensor;
  /**
   * Of logvar's shape: d nll / d logvar = (1 - (x - mean)^2 e^-logvar) / 2, summed over all that share a log variance;
   * present when `gradient` is set.
   */
  dLogvar?: Tensor;
}

/** The likelihood of a Gaussian decoder. */
export interface GaussianNllOperators {
  /**
   * -log p(x | mean, logvar) = sum_e (log 2 pi + logvar_e + (x_e - mean_e)^2 e^-logvar_e) / 2, the negative log-likelihood
   * of a diagonal Gaussian in nats, and its gradients in the same pass. `x` and `mean` are float32 [B, E]; `logvar` is
   * float32 [B, E], [E] (shared by the batch) or [] (one for all). Standard deviations are float32 numbers: log variances
   * below -177 count as -Infinity. Source: Kingma and Welling 2013, appendix C.2.
   */
  gaussianNll(x: Tensor, mean: Tensor, logvar: Tensor, options?: { gradient?: boolean }): GaussianNllResult;
}

export function validateGaussianNll(
  backend: BackendCore,
  x: Tensor,
  mean: Tensor,
  logvar: Tensor,
  options: { gradient?: boolean } = {},
): { rows: number; columns: number; sharing: 'none' | 'batch' | 'all'; gradient: boolean } {
  const fn = 'gaussianNll';
  for (const [name, tensor] of Object.entries({ x, mean, logvar })) checkTensor(fn, name, tensor, backend, 'float32');
  checkOptions(fn, options, ['gradient']);
  if (x.shape.length !== 2) throw new ShapeError(`${fn}: x has shape ${formatShape(x.shape)}, expected [B,E]`);
  if (!equalShapes(x.shape, mean.shape)) {
    throw new ShapeError(`${fn}: x has shape ${formatShape(x.shape)}, but mean ${formatShape(mean.shape)}`);
  }
  const [rows, columns] = x.shape as [number, number];
  if (logvar.shape.length > 2 || !equalShapes(logvar.shape, x.shape.slice(2 - logvar.shape.length))) {
    throw new ShapeError(
      `${fn}: logvar has shape ${formatShape(logvar.shape)}, expected [${rows},${columns}], [${columns}] or []`,
    );
  }
  const sharing = (['all', 'batch', 'none'] as const)[logvar.shape.length] as 'none' | 'batch' | 'all';
  return { rows, columns, sharing, gradient: checkBoolean(fn, 'gradient', options.gradient ?? false) };
}
