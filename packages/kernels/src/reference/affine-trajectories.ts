import type { Tensor } from '../backend.js';
import { type AffineTrajectoryPlan, validateAffineTrajectories } from '../operators/affine-trajectories.js';
import { type ReferenceOperators, values } from './core.js';

export const affineTrajectoriesOperators: ReferenceOperators<'affineTrajectories'> = {
  affineTrajectories(core, x0, options) {
    const plan = validateAffineTrajectories(core, x0, options);
    const x = core.result('float64', [plan.rows, plan.dimension, plan.count]);
    affineTrajectories(plan, numbers(plan.matrix), numbers(plan.offset), values(x0, 'float64'), values(x, 'float64'));
    return x;
  },
};

const numbers = (source: Tensor | Float64Array): Float64Array =>
  source instanceof Float64Array ? source : values(source, 'float64');

/** x' = A x + c, one trajectory at a time. matrix [d, d]; offset [d]; x0 [d, N]; x [rows, d, N], row r after r * interval steps. */
function affineTrajectories(
  { dimension, count, rows, steps, interval }: AffineTrajectoryPlan,
  matrix: Float64Array,
  offset: Float64Array,
  x0: Float64Array,
  x: Float64Array,
): void {
  for (let n = 0; n < count; n++) {
    let state = Float64Array.from({ length: dimension }, (_, i) => x0[i * count + n] as number);
    let row = 0;
    const record = () => {
      for (let i = 0; i < dimension; i++) x[(row * dimension + i) * count + n] = state[i] as number;
      row++;
    };
    if (rows > 1 || steps === 0) record();
    for (let t = 1; t <= steps; t++) {
      const before = state;
      state = offset.map((constant, i) => {
        let sum = constant;
        for (let j = 0; j < dimension; j++) sum += (matrix[i * dimension + j] as number) * (before[j] as number);
        return sum;
      });
      if (t % interval === 0) record();
    }
  }
}
