import { validateTrajectories } from '../../operators/bilinear-trajectories.js';
import { address, type WasmOperators } from '../core.js';

export const bilinearTrajectoriesOperators: WasmOperators<'bilinearTrajectories'> = {
  bilinearTrajectories(core, p0, q0, options) {
    const { count, rows, interval, stepP, stepQ, order } = validateTrajectories(core, p0, q0, options);
    return core.run('bilinearTrajectories', ({ result, split }) => {
      const made = { p: result('float64', [rows, count]), q: result('float64', [rows, count]) };
      const [p, q] = [made.p.address, made.q.address];
      const [startP, startQ] = [address(p0), address(q0)];
      const sizes = [count, rows, interval];
      // The kernel keeps a dozen trajectories in registers.
      const options = { cost: 2 * interval * Math.max(1, rows - 1) + 2 * rows, multiple: 48 };
      if (order === 'simultaneous') {
        split('simultaneousTrajectories', count, options, [...sizes, stepP, stepQ, startP, startQ, p, q]);
      } else if (order === 'q-first') {
        split('alternatingTrajectories', count, options, [...sizes, stepQ, -stepP, startQ, startP, q, p]);
      } else {
        split('alternatingTrajectories', count, options, [...sizes, -stepP, stepQ, startP, startQ, p, q]);
      }
      return made;
    });
  },
};
