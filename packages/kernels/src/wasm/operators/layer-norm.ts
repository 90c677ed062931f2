import type { Tensor } from '../../backend.js';
import {
  type LayerNormGradients,
  type LayerNormResult,
  validateLayerNorm,
  validateLayerNormGradients,
} from '../../operators/layer-norm.js';
import { viewArray } from '../../tensor-data.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';

export const layerNormOperators: WasmOperators<'layerNorm' | 'layerNormGradients'> = {
  layerNorm(core, x, options) {
    const { rows, columns, leading, epsilon, scale, shift, returnStatistics } = validateLayerNorm(core, x, options);
    return core.run('layerNorm', (task) => {
      const made: LayerNormResult = { output: task.result('float32', x.shape) };
      if (returnStatistics) {
        made.mean = task.result('float32', leading);
        made.inverseDeviation = task.result('float32', leading);
      }
      // The kernel takes both or neither.
      const [gamma, beta] =
        scale || shift
          ? [orConstant(core, task, scale, columns, 1), orConstant(core, task, shift, columns, 0)]
          : [0, 0];
      const results = [address(made.output), address(made.mean), address(made.inverseDeviation)];
      task.split('layerNorm', rows, { cost: 8 * columns }, [columns, epsilon, address(x), gamma, beta, ...results]);
      return made;
    });
  },
  layerNormGradients(core, dy, x, options) {
    const plan = validateLayerNormGradients(core, dy, x, options);
    const { rows, columns, epsilon, scale, mean, inverseDeviation, parameters } = plan;
    return core.run('layerNormGradients', (task) => {
      const made: LayerNormGradients = { x: task.result('float32', x.shape) };
      const statistics = parameters ? task.workspace(16 * rows) : 0;
      const inputs = [dy, x, scale, mean, inverseDeviation].map(address);
      const args = [columns, epsilon, ...inputs, address(made.x), statistics];
      task.split('layerNormGradient', rows, { cost: 16 * columns }, args);
      if (parameters) {
        made.scale = task.result('float32', [columns]);
        made.shift = task.result('float32', [columns]);
        parameterGradients(
          task,
          rows,
          columns,
          [dy, x].map(address),
          statistics,
          [made.scale, made.shift].map(address),
        );
      }
      return made;
    });
  },
};

/** A tensor's address, or that of `columns` times the same number. */
function orConstant(core: WasmCore, task: Task, tensor: Tensor | undefined, columns: number, value: number): number {
  if (tensor) return address(tensor);
  const at = task.workspace(4 * columns);
  viewArray('float32', core.memory.memory.buffer, at, columns).fill(value);
  return at;
}

/**
 * Sums dy normal, and dy, over the rows. inputs: addresses of dy and x [rows, columns]; statistics: of [rows, 4];
 * results: of the gradients of scale and, or 0, shift [columns].
 */
export function parameterGradients(
  task: Task,
  rows: number,
  columns: number,
  inputs: readonly number[],
  statistics: number,
  results: readonly number[],
): void {
  const blocks = task.kernels.normBlocks(rows);
  const partials = task.workspace(8 * blocks * columns);
  const cost = 64 * 4 * columns;
  task.split('normParameterPartials', blocks, { cost }, [rows, columns, ...inputs, statistics, partials]);
  const combine = { cost: 2 * blocks, multiple: 64 };
  task.split('normParameterGradients', columns, combine, [columns, blocks, partials, ...results]);
}
