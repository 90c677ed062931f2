import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkTensor, equalShapes } from './check.js';
import { checkRows, type RowPlan } from './softmax.js';

/** Options of {@link LayerNormOperators.layerNorm}. */
export interface LayerNormOptions {
  /** gamma [N]. Default 1. */
  scale?: Tensor;
  /** beta [N]. Default 0. */
  shift?: Tensor;
  /** Added to the variance. Default 1e-5. */
  epsilon?: number;
  /** Return `mean` and `inverseDeviation` as well. Default false. */
  returnStatistics?: boolean;
}

/** Result of {@link LayerNormOperators.layerNorm}. */
export interface LayerNormResult {
  /** As `x`. */
  output: Tensor;
  /** As `x` without its last axis; present with `returnStatistics`. */
  mean?: Tensor;
  /** 1 / sqrt(variance + epsilon), as `x` without its last axis; present with `returnStatistics`. */
  inverseDeviation?: Tensor;
}

/** Options of {@link LayerNormOperators.layerNormGradients}. */
export interface LayerNormGradientsOptions {
  /** gamma [N], as the forward pass had it. Default 1. */
  scale?: Tensor;
  /** As the forward pass had it. Default 1e-5. */
  epsilon?: number;
  /**
   * The statistics of the forward pass, both or neither; they save a pass. What the mean lost in rounding to float32 is
   * made good.
   */
  mean?: Tensor;
  inverseDeviation?: Tensor;
  /** Return the gradients of `scale` and `shift` as well. Default false. */
  parameters?: boolean;
}

/** Gradients with respect to the arguments they are named after. */
export interface LayerNormGradients {
  /** As `x`. */
  x: Tensor;
  /** [N], present with `parameters`. */
  scale?: Tensor;
  /** [N], present with `parameters`. */
  shift?: Tensor;
}

/** Normalisation of each row to mean 0 and variance 1. */
export interface LayerNormOperators {
  /**
   * y = (x - mean) / sqrt(variance + epsilon) * scale + shift over the last axis, of size N, float32, with the mean and the
   * population variance of each row. Two passes: a mean far larger than the deviation costs no accuracy. The squares of the
   * deviations are float32: deviations beyond 1e18 overflow. A row that holds NaN or an infinity becomes NaN throughout.
   * Source: Ba, Kiros and Hinton, Layer normalization, 2016, section 3.
   */
  layerNorm(x: Tensor, options?: LayerNormOptions): LayerNormResult;
  /**
   * With n = (x - mean) r, r = 1 / sqrt(variance + epsilon) and g = dy scale:
   * x: r (g - mean(g) - n mean(g n)), means over the last axis; scale: sum over rows of dy n; shift: sum over rows of dy.
   * `dy` has the shape of `x`; float32. Rows are summed in blocks of 64, whose sums are added in float64.
   */
  layerNormGradients(dy: Tensor, x: Tensor, options?: LayerNormGradientsOptions): LayerNormGradients;
}

/** A checked layerNorm. */
export interface LayerNormPlan extends RowPlan {
  epsilon: number;
  scale: Tensor | undefined;
  shift: Tensor | undefined;
  returnStatistics: boolean;
}

export function validateLayerNorm(backend: BackendCore, x: Tensor, options: LayerNormOptions = {}): LayerNormPlan {
  const fn = 'layerNorm';
  const rows = checkRows(backend, fn, 'x', x);
  checkOptions(fn, options, ['scale', 'shift', 'epsilon', 'returnStatistics']);
  return {
    ...rows,
    epsilon: checkEpsilon(fn, options.epsilon),
    scale: checkShape(backend, fn, 'scale', options.scale, [rows.columns]),
    shift: checkShape(backend, fn, 'shift', options.shift, [rows.columns]),
    returnStatistics: checkBoolean(fn, 'returnStatistics', options.returnStatistics ?? false),
  };
}

/** A checked layerNormGradients. */
export interface LayerNormGradientsPlan extends RowPlan {
  epsilon: number;
  scale: Tensor | undefined;
  /** Both or neither. */
  mean: Tensor | undefined;
  inverseDeviation: Tensor | undefined;
  parameters: boolean;
}

export function validateLayerNormGradients(
  backend: BackendCore,
  dy: Tensor,
  x: Tensor,
  options: LayerNormGradientsOptions = {},
): LayerNormGradientsPlan {
  const fn = 'layerNormGradients';
  const rows = checkGradientRows(backend, fn, dy, x);
  checkOptions(fn, options, ['scale', 'epsilon', 'mean', 'inverseDeviation', 'parameters']);
  if ((options.mean === undefined) !== (options.inverseDeviation === undefined)) {
    const only = options.mean ? 'mean' : 'inverseDeviation';
    throw new ValueError(`${fn}: got ${only} alone, expected mean and inverseDeviation or neither`);
  }
  return {
    ...rows,
    epsilon: checkEpsilon(fn, options.epsilon),
    scale: checkShape(backend, fn, 'scale', options.scale, [rows.columns]),
    mean: checkShape(backend, fn, 'mean', options.mean, rows.leading),
    inverseDeviation: checkShape(backend, fn, 'inverseDeviation', options.inverseDeviation, rows.leading),
    parameters: checkBoolean(fn, 'parameters', options.parameters ?? false),
  };
}

/** Checks x and the gradient of what was made of it, and takes them as rows along the last axis. */
export function checkGradientRows(backend: BackendCore, fn: string, dy: Tensor, x: Tensor): RowPlan {
  const rows = checkRows(backend, fn, 'x', x);
  checkTensor(fn, 'dy', dy, backend, 'float32');
  if (!equalShapes(dy.shape, x.shape)) {
    throw new ShapeError(`${fn}: dy has shape ${formatShape(dy.shape)}, but x ${formatShape(x.shape)}`);
  }
  return rows;
}

/** What is added to a mean square: 1e-5 unless given. */
export function checkEpsilon(fn: string, epsilon = 1e-5): number {
  if (typeof epsilon !== 'number' || !Number.isFinite(epsilon) || epsilon < 0) {
    throw new ValueError(`${fn}: epsilon must be a finite number of at least 0, got ${String(epsilon)}`);
  }
  return epsilon;
}

/** Checks an optional float32 tensor that has to have this shape. */
export function checkShape(
  backend: BackendCore,
  fn: string,
  argument: string,
  tensor: Tensor | undefined,
  shape: readonly number[],
): Tensor | undefined {
  if (tensor === undefined) return undefined;
  checkTensor(fn, argument, tensor, backend, 'float32');
  if (!equalShapes(tensor.shape, shape)) {
    throw new ShapeError(
      `${fn}: ${argument} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)} to go with x`,
    );
  }
  return tensor;
}
