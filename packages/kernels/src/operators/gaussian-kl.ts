import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkRank, checkTensor, equalShapes } from './check.js';

/** Options of {@link GaussianKlOperators.gaussianKl}. */
export interface GaussianKlOptions {
  /** 'none' gives one divergence for each dimension, 'event' their sum over the last axis. Default 'none'. */
  reduce?: 'none' | 'event';
  /** Compute the gradients as well. Default false. */
  gradient?: boolean;
}

/** Result of {@link GaussianKlOperators.gaussianKl}. */
export interface GaussianKlResult {
  /** [..., k], or [...] with `reduce: 'event'`, in nats. */
  divergence: Tensor;
  /** [..., k]: d divergence / d mean = mean; present when `gradient` is set. */
  dMean?: Tensor;
  /** [..., k]: d divergence / d logvar = (e^logvar - 1) / 2; present when `gradient` is set. */
  dLogvar?: Tensor;
}

/** The divergence of a Gaussian from the standard one. */
export interface GaussianKlOperators {
  /**
   * KL(N(mean, e^logvar) || N(0, 1)) = (mean^2 + (e^logvar - 1 - logvar)) / 2 for each dimension, in nats. `mean` and
   * `logvar` are float32 [..., k]. e^x - 1 - x is computed as a whole: it keeps its relative accuracy near 0, where the
   * difference cancels, so no divergence is negative. The WASM backend overflows where e^logvar does, from 88.73 on.
   * Source: Kingma and Welling 2013, appendix B.
   */
  gaussianKl(mean: Tensor, logvar: Tensor, options?: GaussianKlOptions): GaussianKlResult;
}

export function validateGaussianKl(
  backend: BackendCore,
  mean: Tensor,
  logvar: Tensor,
  options: GaussianKlOptions = {},
): { shape: readonly number[]; rows: number; columns: number; summed: boolean; gradient: boolean } {
  const fn = 'gaussianKl';
  checkTensor(fn, 'mean', mean, backend, 'float32');
  checkTensor(fn, 'logvar', logvar, backend, 'float32');
  checkOptions(fn, options, ['reduce', 'gradient']);
  checkRank(fn, 'mean', mean, 1);
  if (!equalShapes(mean.shape, logvar.shape)) {
    throw new ShapeError(`${fn}: mean has shape ${formatShape(mean.shape)}, but logvar ${formatShape(logvar.shape)}`);
  }
  const reduce = options.reduce ?? 'none';
  if (reduce !== 'none' && reduce !== 'event') {
    throw new ValueError(`${fn}: reduce must be 'none' or 'event', got ${String(reduce)}`);
  }
  const outer = mean.shape.slice(0, -1);
  const summed = reduce === 'event';
  return {
    shape: summed ? outer : mean.shape,
    rows: sizeOf(outer),
    columns: mean.shape.at(-1) as number,
    summed,
    gradient: checkBoolean(fn, 'gradient', options.gradient ?? false),
  };
}
