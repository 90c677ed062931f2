import type { Tensor } from '../backend.js';
import { type LayerNormResult, validateNorm, validateNormGradients } from '../operators/norm.js';
import { type ReferenceCore, type ReferenceOperators, values } from './core.js';

type Names = 'layerNorm' | 'rmsNorm' | 'layerNormGradients' | 'rmsNormGradients';

export const normOperators: ReferenceOperators<Names> = {
  layerNorm(core, x, options) {
    const { rows, columns, epsilon, returnStatistics } = validateNorm(core, 'layerNorm', x, options);
    const result: LayerNormResult = { output: core.result('float32', x.shape) };
    const mean = core.result('float32', x.shape.slice(0, -1));
    const inverseDeviation = core.result('float32', x.shape.slice(0, -1));
    for (let row = 0; row < rows; row++) {
      const from = values(x).subarray(row * columns, (row + 1) * columns);
      const center = from.reduce((sum, value) => sum + value, 0) / columns;
      const variance = from.reduce((sum, value) => sum + (value - center) ** 2, 0) / columns;
      const inverse = 1 / Math.sqrt(variance + epsilon);
      normalize(from, center, inverse, options?.scale, options?.shift, values(result.output), row * columns);
      values(mean)[row] = center;
      values(inverseDeviation)[row] = inverse;
    }
    return returnStatistics ? { ...result, mean, inverseDeviation } : drop(result, mean, inverseDeviation);
  },

  rmsNorm(core, x, options) {
    const { rows, columns, epsilon, returnStatistics } = validateNorm(core, 'rmsNorm', x, options);
    const result = { output: core.result('float32', x.shape) };
    const inverseDeviation = core.result('float32', x.shape.slice(0, -1));
    for (let row = 0; row < rows; row++) {
      const from = values(x).subarray(row * columns, (row + 1) * columns);
      const inverse = 1 / Math.sqrt(from.reduce((sum, value) => sum + value * value, 0) / columns + epsilon);
      normalize(from, 0, inverse, options?.scale, undefined, values(result.output), row * columns);
      values(inverseDeviation)[row] = inverse;
    }
    return returnStatistics ? { ...result, inverseDeviation } : drop(result, inverseDeviation);
  },

  layerNormGradients(core, dy, x, statistics, options) {
    const { rows, columns } = validateNormGradients(core, 'layerNormGradients', dy, x, statistics, options);
    return gradients(core, rows, columns, dy, x, statistics, options?.scale);
  },

  rmsNormGradients(core, dy, x, statistics, options) {
    const { rows, columns } = validateNormGradients(core, 'rmsNormGradients', dy, x, statistics, options);
    const { shift, ...made } = gradients(core, rows, columns, dy, x, statistics, options?.scale);
    return drop(made, shift);
  },
};

function drop<T>(result: T, ...unwanted: Tensor[]): T {
  for (const tensor of unwanted) tensor.dispose();
  return result;
}

/** output[at + i] = (x[i] - center) inverse scale[i] + shift[i]. */
function normalize(
  x: Float32Array,
  center: number,
  inverse: number,
  scale: Tensor | undefined,
  shift: Tensor | undefined,
  output: Float32Array,
  at: number,
): void {
  for (let i = 0; i < x.length; i++) {
    const factor = scale ? (values(scale)[i] as number) : 1;
    output[at + i] = ((x[i] as number) - center) * inverse * factor + (shift ? (values(shift)[i] as number) : 0);
  }
}

/** Gradients of layer norm; without statistics.mean those of RMS norm. */
function gradients(
  core: ReferenceCore,
  rows: number,
  columns: number,
  dy: Tensor,
  x: Tensor,
  { mean, inverseDeviation }: { mean?: Tensor; inverseDeviation: Tensor },
  scale: Tensor | undefined,
) {
  const made = {
    x: core.result('float32', x.shape),
    scale: core.result('float32', [columns]),
    shift: core.result('float32', [columns]),
  };
  const [sumScale, sumShift] = [new Float64Array(columns), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) {
    const center = mean ? (values(mean)[row] as number) : 0;
    const inverse = values(inverseDeviation)[row] as number;
    const at = (i: number) => row * columns + i;
    const n = (i: number) => ((values(x)[at(i)] as number) - center) * inverse;
    const slope = (i: number) => values(dy)[at(i)] as number;
    const g = (i: number) => slope(i) * (scale ? (values(scale)[i] as number) : 1);
    let [meanG, meanGN] = [0, 0];
    for (let i = 0; i < columns; i++) {
      meanG += g(i) / columns;
      meanGN += (g(i) * n(i)) / columns;
      sumScale[i] = (sumScale[i] as number) + slope(i) * n(i);
      sumShift[i] = (sumShift[i] as number) + slope(i);
    }
    if (!mean) meanG = 0;
    for (let i = 0; i < columns; i++) values(made.x)[at(i)] = inverse * (g(i) - meanG - n(i) * meanGN);
  }
  values(made.scale).set(sumScale);
  values(made.shift).set(sumShift);
  return made;
}
