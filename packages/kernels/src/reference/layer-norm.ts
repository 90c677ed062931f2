import {
  type LayerNormGradients,
  type LayerNormGradientsPlan,
  type LayerNormPlan,
  type LayerNormResult,
  validateLayerNorm,
  validateLayerNormGradients,
} from '../operators/layer-norm.js';
import { type ReferenceOperators, values } from './core.js';

export const layerNormOperators: ReferenceOperators<'layerNorm' | 'layerNormGradients'> = {
  layerNorm(core, x, options) {
    const plan = validateLayerNorm(core, x, options);
    const result: LayerNormResult = { output: core.result('float32', x.shape) };
    if (plan.returnStatistics) {
      result.mean = core.result('float32', plan.leading);
      result.inverseDeviation = core.result('float32', plan.leading);
    }
    layerNorm(plan, values(x), result);
    return result;
  },
  layerNormGradients(core, dy, x, options) {
    const plan = validateLayerNormGradients(core, dy, x, options);
    const result: LayerNormGradients = { x: core.result('float32', x.shape) };
    if (plan.parameters) {
      result.scale = core.result('float32', [plan.columns]);
      result.shift = core.result('float32', [plan.columns]);
    }
    layerNormGradients(plan, values(dy), values(x), result);
    return result;
  },
};

/** Mean and 1 / sqrt(population variance + epsilon) of one row, in float64. row [columns] */
function momentsOf(row: Float32Array, epsilon: number): { mean: number; inverse: number } {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return { mean, inverse: 1 / Math.sqrt(variance + epsilon) };
}

/** y = (x - mean) inverse scale + shift for each row, in float64. x, output [rows, columns] */
function layerNorm({ rows, columns, epsilon, scale, shift }: LayerNormPlan, x: Float32Array, result: LayerNormResult) {
  const output = values(result.output);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const { mean, inverse } = momentsOf(x.subarray(start, start + columns), epsilon);
    for (let i = 0; i < columns; i++) {
      const gamma = scale ? (values(scale)[i] as number) : 1;
      const beta = shift ? (values(shift)[i] as number) : 0;
      output[start + i] = ((x[start + i] as number) - mean) * inverse * gamma + beta;
    }
    if (result.mean) values(result.mean)[row] = mean;
    if (result.inverseDeviation) values(result.inverseDeviation)[row] = inverse;
  }
}

/** See LayerNormOperators.layerNormGradients; in float64. dy, x [rows, columns] */
function layerNormGradients(
  plan: LayerNormGradientsPlan,
  dy: Float32Array,
  x: Float32Array,
  result: LayerNormGradients,
): void {
  const { rows, columns, epsilon, scale } = plan;
  const dx = values(result.x);
  const [ofScale, ofShift] = [new Float64Array(columns), new Float64Array(columns)];
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    // A given mean is rounded to float32, which every backend makes good, so that it changes no result.
    const moments = momentsOf(x.subarray(start, start + columns), epsilon);
    const { mean } = moments;
    const inverse = plan.inverseDeviation ? (values(plan.inverseDeviation)[row] as number) : moments.inverse;
    const gradient = (i: number) => (dy[start + i] as number) * (scale ? (values(scale)[i] as number) : 1);
    const normal = (i: number) => ((x[start + i] as number) - mean) * inverse;
    let [slope, along] = [0, 0];
    for (let i = 0; i < columns; i++) {
      slope += gradient(i) / columns;
      along += (gradient(i) * normal(i)) / columns;
      ofScale[i] = (ofScale[i] as number) + (dy[start + i] as number) * normal(i);
      ofShift[i] = (ofShift[i] as number) + (dy[start + i] as number);
    }
    for (let i = 0; i < columns; i++) dx[start + i] = inverse * (gradient(i) - slope - normal(i) * along);
  }
  if (result.scale) values(result.scale).set(ofScale);
  if (result.shift) values(result.shift).set(ofShift);
}
