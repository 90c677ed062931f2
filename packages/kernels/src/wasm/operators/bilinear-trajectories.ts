import { validateTrajectories } from '../../operators/bilinear-trajectories.js';
import { address, type WasmOperators } from '../core.js';

export const bilinearTrajectoriesOperators: WasmOperators<'bilinearTrajectories'> = {
  bilinearTrajectories(core, p0, q0, options) {
    const { count, rows, interval, stepP, stepQ, order } = validateTrajectories(core, p0, q0, options);
    return core.run('bilinearTrajectories', ({ kernels, result }) => {
      const made = { p: result('float64', [rows, count]), q: result('float64', [rows, count]) };
      const [p, q] = [made.p.address, made.q.address];
      const [startP, startQ] = [address(p0), address(q0)];
      if (order === 'simultaneous') {
        kernels.simultaneousTrajectories(0, count, count, rows, interval, stepP, stepQ, startP, startQ, p, q);
      } else if (order === 'q-first') {
        kernels.alternatingTrajectories(0, count, count, rows, interval, stepQ, -stepP, startQ, startP, q, p);
      } else {
        kernels.alternatingTrajectories(0, count, count, rows, interval, -stepP, stepQ, startP, startQ, p, q);
      }
      return made;
    });
  },
};
