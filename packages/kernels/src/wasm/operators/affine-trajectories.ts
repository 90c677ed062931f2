import type { Tensor } from '../../backend.js';
import { validateAffineTrajectories } from '../../operators/affine-trajectories.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';

export const affineTrajectoriesOperators: WasmOperators<'affineTrajectories'> = {
  affineTrajectories(core, x0, options) {
    const plan = validateAffineTrajectories(core, x0, options);
    const { dimension, count, rows, steps, interval } = plan;
    return core.run('affineTrajectories', (task) => {
      const x = task.result('float64', [rows, dimension, count]);
      const [matrix, offset] = [place(core, task, plan.matrix), place(core, task, plan.offset)];
      // Whole groups of eight trajectories keep every load on a vector.
      const split = { cost: dimension * (rows + steps * dimension), multiple: 8 };
      const args = [count, rows, interval, matrix, offset, address(x0), x.address];
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

/** The address of a tensor's elements, or of a copy of an array for as long as the operator runs. */
function place(core: WasmCore, task: Task, source: Tensor | Float64Array): number {
  if (!(source instanceof Float64Array)) return address(source);
  const at = task.workspace(source.byteLength);
  new Float64Array(core.memory.memory.buffer, at, source.length).set(source);
  return at;
}
