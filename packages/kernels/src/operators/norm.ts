import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkRank, checkTensor, equalShapes } from './check.js';

/** Options of {@link NormOperators.rmsNorm}. */
export interface RmsNormOptions {
  /** Multiplies each column, [columns]. Default 1. */
  scale?: Tensor;
  /** Added to the mean square. Default 1e-5. */
  epsilon?: number;
  /** Also return what the gradients need. Default false. */
  returnStatistics?: boolean;
}

/** Options of {@link NormOperators.layerNorm}; epsilon is added to the variance. */
export interface LayerNormOptions extends RmsNormOptions {
  /** Added to each column, [columns]. Default 0. */
  shift?: Tensor;
}

/** Result of {@link NormOperators.rmsNorm}. */
export interface RmsNormResult {
  /** The shape of x. */
  output: Tensor;
  /** 1 / sqrt(mean(x^2) + epsilon) of each row, the shape of x without its last axis; with `returnStatistics`. */
  inverseDeviation?: Tensor;
}

/** Result of {@link NormOperators.layerNorm}; inverseDeviation is 1 / sqrt(variance + epsilon). */
export interface LayerNormResult extends RmsNormResult {
  /** Of each row; with `returnStatistics`. */
  mean?: Tensor;
}

/** Gradients of RMS norm: each has the shape of what it is named after. */
export interface RmsNormGradients {
  x: Tensor;
  scale: Tensor;
}

/** Gradients of layer norm. */
export interface LayerNormGradients extends RmsNormGradients {
  shift: Tensor;
}

/** Normalisation over the last axis, float32, with sums in float32 over at most 4096 columns and in float64 beyond. */
export interface NormOperators {
  /**
   * (x - mean) / sqrt(variance + epsilon) * scale + shift with mean and (population) variance of each row. The variance is
   * computed from differences to the mean, so a mean much larger than the deviation loses nothing.
   * Source: Ba, Kiros and Hinton 2016, eq. 4.
   */
  layerNorm(x: Tensor, options?: LayerNormOptions): LayerNormResult;

  /** x / sqrt(mean(x^2) + epsilon) * scale. Source: Zhang and Sennrich 2019, eq. 4. */
  rmsNorm(x: Tensor, options?: RmsNormOptions): RmsNormResult;

  /**
   * Gradients of layer norm for `dy`, the loss's gradient with respect to its output, from the statistics of the forward pass.
   * With n = (x - mean) r, r the inverse deviation, g = dy scale: dx = r (g - mean(g) - n mean(g n)),
   * dscale = sum(dy n) and dshift = sum(dy) over the rows.
   */
  layerNormGradients(
    dy: Tensor,
    x: Tensor,
    statistics: { mean: Tensor; inverseDeviation: Tensor },
    options?: { scale?: Tensor },
  ): LayerNormGradients;

  /** Gradients of RMS norm: with n = x r, dx = r (g - n mean(g n)), dscale = sum(dy n) over the rows. */
  rmsNormGradients(
    dy: Tensor,
    x: Tensor,
    statistics: { inverseDeviation: Tensor },
    options?: { scale?: Tensor },
  ): RmsNormGradients;
}

/** Sizes and checked options. */
export interface NormPlan {
  rows: number;
  columns: number;
  epsilon: number;
  returnStatistics: boolean;
}

export function validateNorm(
  backend: BackendCore,
  fn: 'layerNorm' | 'rmsNorm',
  x: Tensor,
  options: LayerNormOptions = {},
): NormPlan {
  const parameters = fn === 'layerNorm' ? ['scale', 'shift'] : ['scale'];
  checkTensor(fn, 'x', x, backend, 'float32');
  checkRank(fn, 'x', x, 1);
  checkOptions(fn, options, [...parameters, 'epsilon', 'returnStatistics']);
  const epsilon = options.epsilon ?? 1e-5;
  if (!(Number.isFinite(epsilon) && epsilon >= 0)) {
    throw new ValueError(`${fn}: epsilon must be a finite number >= 0, got ${String(epsilon)}`);
  }
  const columns = x.shape.at(-1) as number;
  for (const [name, tensor] of Object.entries({ scale: options.scale, shift: options.shift })) {
    checkShape(backend, fn, name, tensor, [columns]);
  }
  const returnStatistics = checkBoolean(fn, 'returnStatistics', options.returnStatistics ?? false);
  return { rows: sizeOf(x.shape.slice(0, -1)), columns, epsilon, returnStatistics };
}

export function validateNormGradients(
  backend: BackendCore,
  fn: 'layerNormGradients' | 'rmsNormGradients',
  dy: Tensor,
  x: Tensor,
  statistics: { mean?: Tensor; inverseDeviation: Tensor },
  options: { scale?: Tensor } = {},
): { rows: number; columns: number } {
  checkTensor(fn, 'x', x, backend, 'float32');
  checkRank(fn, 'x', x, 1);
  checkTensor(fn, 'dy', dy, backend, 'float32');
  checkShape(backend, fn, 'dy', dy, x.shape);
  checkOptions(fn, options, ['scale']);
  const [leading, columns] = [x.shape.slice(0, -1), x.shape.at(-1) as number];
  const names = fn === 'layerNormGradients' ? (['mean', 'inverseDeviation'] as const) : (['inverseDeviation'] as const);
  for (const name of names) {
    checkTensor(fn, `statistics.${name}`, statistics?.[name] as Tensor, backend, 'float32');
    checkShape(backend, fn, `statistics.${name}`, statistics[name], leading);
  }
  checkShape(backend, fn, 'scale', options.scale, [columns]);
  return { rows: sizeOf(leading), columns };
}

function checkShape(
  backend: BackendCore,
  fn: string,
  name: string,
  tensor: Tensor | undefined,
  shape: readonly number[],
): void {
  if (tensor === undefined) return;
  checkTensor(fn, name, tensor, backend, 'float32');
  if (!equalShapes(tensor.shape, shape)) {
    throw new ShapeError(`${fn}: ${name} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`);
  }
}
