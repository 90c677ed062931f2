import type { BackendCore, Tensor } from '../backend.js';
import { checkBoolean, checkOptions } from './check.js';
import { checkEpsilon, checkGradientRows, checkShape } from './layer-norm.js';
import { checkRows, type RowPlan } from './softmax.js';

/** Options of {@link RmsNormOperators.rmsNorm}. */
export interface RmsNormOptions {
  /** gamma [N]. Default 1. */
  scale?: Tensor;
  /** Added to the mean square. Default 1e-5. */
  epsilon?: number;
  /** Return `inverseDeviation` as well. Default false. */
  returnStatistics?: boolean;
}

/** Result of {@link RmsNormOperators.rmsNorm}. */
export interface RmsNormResult {
  /** As `x`. */
  output: Tensor;
  /** 1 / sqrt(mean x^2 + epsilon), as `x` without its last axis; present with `returnStatistics`. */
  inverseDeviation?: Tensor;
}

/** Options of {@link RmsNormOperators.rmsNormGradients}. */
export interface RmsNormGradientsOptions {
  /** gamma [N], as the forward pass had it. Default 1. */
  scale?: Tensor;
  /** As the forward pass had it. Default 1e-5. */
  epsilon?: number;
  /** The statistics of the forward pass; they save computing them again. */
  inverseDeviation?: Tensor;
  /** Return the gradient of `scale` as well. Default false. */
  parameters?: boolean;
}

/** Gradients with respect to the arguments they are named after. */
export interface RmsNormGradients {
  /** As `x`. */
  x: Tensor;
  /** [N], present with `parameters`. */
  scale?: Tensor;
}

/** Normalisation of each row to a mean square of 1. */
export interface RmsNormOperators {
  /**
   * y = x / sqrt(mean(x^2) + epsilon) * scale over the last axis, of size N, float32. The squares are float32: elements beyond
   * 1e18 overflow. A row that holds NaN becomes NaN throughout; one that holds an infinity 0, and NaN at the infinity.
   * Source: Zhang and Sennrich, Root mean square layer normalization, 2019, equation 4.
   */
  rmsNorm(x: Tensor, options?: RmsNormOptions): RmsNormResult;
  /**
   * With r = 1 / sqrt(mean(x^2) + epsilon) and g = dy scale: x: r (g - x r^2 mean(g x)), means over the last axis;
   * scale: sum over rows of dy x r. `dy` has the shape of `x`; float32. Rows are summed in blocks of 64, whose sums are
   * added in float64.
   */
  rmsNormGradients(dy: Tensor, x: Tensor, options?: RmsNormGradientsOptions): RmsNormGradients;
}

/** A checked rmsNorm. */
export interface RmsNormPlan extends RowPlan {
  epsilon: number;
  scale: Tensor | undefined;
  returnStatistics: boolean;
}

export function validateRmsNorm(backend: BackendCore, x: Tensor, options: RmsNormOptions = {}): RmsNormPlan {
  const fn = 'rmsNorm';
  const rows = checkRows(backend, fn, 'x', x);
  checkOptions(fn, options, ['scale', 'epsilon', 'returnStatistics']);
  return {
    ...rows,
    epsilon: checkEpsilon(fn, options.epsilon),
    scale: checkShape(backend, fn, 'scale', options.scale, [rows.columns]),
    returnStatistics: checkBoolean(fn, 'returnStatistics', options.returnStatistics ?? false),
  };
}

/** A checked rmsNormGradients. */
export interface RmsNormGradientsPlan extends RowPlan {
  epsilon: number;
  scale: Tensor | undefined;
  inverseDeviation: Tensor | undefined;
  parameters: boolean;
}

export function validateRmsNormGradients(
  backend: BackendCore,
  dy: Tensor,
  x: Tensor,
  options: RmsNormGradientsOptions = {},
): RmsNormGradientsPlan {
  const fn = 'rmsNormGradients';
  const rows = checkGradientRows(backend, fn, dy, x);
  checkOptions(fn, options, ['scale', 'epsilon', 'inverseDeviation', 'parameters']);
  return {
    ...rows,
    epsilon: checkEpsilon(fn, options.epsilon),
    scale: checkShape(backend, fn, 'scale', options.scale, [rows.columns]),
    inverseDeviation: checkShape(backend, fn, 'inverseDeviation', options.inverseDeviation, rows.leading),
    parameters: checkBoolean(fn, 'parameters', options.parameters ?? false),
  };
}
