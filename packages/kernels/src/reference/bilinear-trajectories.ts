import { type TrajectoryPlan, validateTrajectories } from '../operators/bilinear-trajectories.js';
import { type ReferenceOperators, values } from './core.js';

export const bilinearTrajectoriesOperators: ReferenceOperators<'bilinearTrajectories'> = {
  bilinearTrajectories(core, p0, q0, options) {
    const plan = validateTrajectories(core, p0, q0, options);
    const shape = [plan.rows, plan.count];
    const result = { p: core.result('float64', shape), q: core.result('float64', shape) };
    const [startP, startQ] = [values(p0, 'float64'), values(q0, 'float64')];
    bilinearTrajectories(plan, startP, startQ, values(result.p, 'float64'), values(result.q, 'float64'));
    return result;
  },
};

/** Gradient descent-ascent on f = p q, one trajectory at a time. p0, q0 [N]; p, q [rows, N], row r after r * interval steps. */
function bilinearTrajectories(
  plan: TrajectoryPlan,
  p0: Float64Array,
  q0: Float64Array,
  p: Float64Array,
  q: Float64Array,
): void {
  const { count, rows, interval, steps, stepP, stepQ, order } = plan;
  for (let n = 0; n < count; n++) {
    let pn = p0[n] as number;
    let qn = q0[n] as number;
    let row = 0;
    const record = () => {
      p[row * count + n] = pn;
      q[row * count + n] = qn;
      row++;
    };
    if (rows > 1 || steps === 0) record();
    for (let t = 1; t <= steps; t++) {
      const before = pn;
      if (order === 'q-first') qn += stepQ * pn;
      pn -= stepP * qn;
      if (order === 'p-first') qn += stepQ * pn;
      if (order === 'simultaneous') qn += stepQ * before;
      if (t % interval === 0) record();
    }
  }
}
