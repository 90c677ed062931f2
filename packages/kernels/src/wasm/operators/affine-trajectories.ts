import type { Tensor } from '../../backend.js';
import { validateAffineTrajectories } from '../../operators/affine-trajectories.js';
import { address, type WasmOperators } from '../core.js';
import { placeArray } from '../place.js';

export const affineTrajectoriesOperators: WasmOperators<'affineTrajectories'> = {
  affineTrajectories(core, x0, options) {
    const plan = validateAffineTrajectories(core, x0, options);
    const { dimension, count, rows, steps, interval } = plan;
    return core.run('affineTrajectories', (task) => {
      const x = task.result('float64', [rows, dimension, count]);
      const place = (source: Tensor | Float64Array) =>
        source instanceof Float64Array ? placeArray(core, task, source) : address(source);
      const args = [count, rows, interval, place(plan.matrix), place(plan.offset), address(x0), x.address];
      // Whole groups of eight trajectories keep every load on a vector.
      const split = { cost: dimension * (rows + steps * dimension), multiple: 8 };
      if (dimension === 2) task.split('affineTrajectories2', count, split, args);
      else if (dimension === 4) task.split('affineTrajectories4', count, split, args);
      else if (dimension > 0) {
        const workspace = task.kernels.affineTrajectoriesWorkspace(dimension);
        task.split('affineTrajectories', count, { ...split, workspace }, [dimension, ...args]);
      }
      return x;
    });
  },
};
