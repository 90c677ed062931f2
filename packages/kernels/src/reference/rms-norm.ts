import {
  type RmsNormGradients,
  type RmsNormGradientsPlan,
  type RmsNormPlan,
  type RmsNormResult,
  validateRmsNorm,
  validateRmsNormGradients,
} from '../operators/rms-norm.js';
import { type ReferenceOperators, values } from './core.js';

export const rmsNormOperators: ReferenceOperators<'rmsNorm' | 'rmsNormGradients'> = {
  rmsNorm(core, x, options) {
    const plan = validateRmsNorm(core, x, options);
    const result: RmsNormResult = { output: core.result('float32', x.shape) };
    if (plan.returnStatistics) result.inverseDeviation = core.result('float32', plan.leading);
    rmsNorm(plan, values(x), result);
    return result;
  },
  rmsNormGradients(core, dy, x, options) {
    const plan = validateRmsNormGradients(core, dy, x, options);
    const result: RmsNormGradients = { x: core.result('float32', x.shape) };
    if (plan.parameters) result.scale = core.result('float32', [plan.columns]);
    rmsNormGradients(plan, values(dy), values(x), result);
    return result;
  },
};

/** 1 / sqrt(mean x^2 + epsilon) of one row, in float64. row [columns] */
const inverseOf = (row: Float32Array, epsilon: number): number =>
  1 / Math.sqrt(row.reduce((sum, value) => sum + value ** 2, 0) / row.length + epsilon);

/** y = x inverse scale for each row, in float64. x, output [rows, columns] */
function rmsNorm({ rows, columns, epsilon, scale }: RmsNormPlan, x: Float32Array, result: RmsNormResult): void {
  const output = values(result.output);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const inverse = inverseOf(x.subarray(start, start + columns), epsilon);
    for (let i = 0; i < columns; i++) {
      output[start + i] = (x[start + i] as number) * inverse * (scale ? (values(scale)[i] as number) : 1);
    }
    if (result.inverseDeviation) values(result.inverseDeviation)[row] = inverse;
  }
}

/** See RmsNormOperators.rmsNormGradients; in float64. dy, x [rows, columns] */
function rmsNormGradients(
  plan: RmsNormGradientsPlan,
  dy: Float32Array,
  x: Float32Array,
  result: RmsNormGradients,
): void {
  const { rows, columns, epsilon, scale } = plan;
  const dx = values(result.x);
  const ofScale = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const inverse = plan.inverseDeviation
      ? (values(plan.inverseDeviation)[row] as number)
      : inverseOf(x.subarray(start, start + columns), epsilon);
    const gradient = (i: number) => (dy[start + i] as number) * (scale ? (values(scale)[i] as number) : 1);
    let along = 0;
    for (let i = 0; i < columns; i++) {
      const element = x[start + i] as number;
      along += (gradient(i) * element) / columns;
      ofScale[i] = (ofScale[i] as number) + (dy[start + i] as number) * element * inverse;
    }
    for (let i = 0; i < columns; i++) {
      dx[start + i] = inverse * (gradient(i) - (x[start + i] as number) * inverse ** 2 * along);
    }
  }
  if (result.scale) values(result.scale).set(ofScale);
}
