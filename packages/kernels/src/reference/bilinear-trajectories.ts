import type { TrajectoryPlan } from '../validate.js';

/** Gradient descent-ascent on f = p q, one trajectory at a time. p0, q0 [N]; p, q [rows, N], row r after r * interval steps. */
export function bilinearTrajectories(
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
