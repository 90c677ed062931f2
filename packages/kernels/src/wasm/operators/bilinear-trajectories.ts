import { validateTrajectories } from '../../operators/bilinear-trajectories.js';
import { address, type WasmOperators } from '../core.js';

/** Trajectories a kernel advances together; ranges begin at multiples of it. */
const lanes = 16;

export const bilinearTrajectoriesOperators: WasmOperators<'bilinearTrajectories'> = {
  bilinearTrajectories(core, p0, q0, options) {
    const { count, rows, interval, steps, stepP, stepQ, order } = validateTrajectories(core, p0, q0, options);
    return core.run('bilinearTrajectories', ({ result, parallel }) => {
      const made = { p: result('float64', [rows, count]), q: result('float64', [rows, count]) };
      const [p, q] = [made.p.address, made.q.address];
      const [startP, startQ] = [address(p0), address(q0)];
      const grain = lanes * Math.ceil(10_000 / (steps + 1));
      const run = (kernel: 'simultaneousTrajectories' | 'alternatingTrajectories', ...args: number[]) =>
        parallel(kernel, count, grain, [count, rows, interval, ...args]);
      if (order === 'simultaneous') run('simultaneousTrajectories', stepP, stepQ, startP, startQ, p, q);
      else if (order === 'q-first') run('alternatingTrajectories', stepQ, -stepP, startQ, startP, q, p);
      else run('alternatingTrajectories', -stepP, stepQ, startP, startQ, p, q);
      return made;
    });
  },
};
