import {
  type RmsNormGradients,
  type RmsNormResult,
  validateRmsNorm,
  validateRmsNormGradients,
} from '../../operators/rms-norm.js';
import { address, type WasmOperators } from '../core.js';
import { parameterGradients } from './layer-norm.js';

export const rmsNormOperators: WasmOperators<'rmsNorm' | 'rmsNormGradients'> = {
  rmsNorm(core, x, options) {
    const { rows, columns, leading, epsilon, scale, returnStatistics } = validateRmsNorm(core, x, options);
    return core.run('rmsNorm', ({ result, split }) => {
      const made: RmsNormResult = { output: result('float32', x.shape) };
      if (returnStatistics) made.inverseDeviation = result('float32', leading);
      const pointers = [x, scale, made.output, made.inverseDeviation].map(address);
      split('rmsNorm', rows, { cost: 5 * columns }, [columns, epsilon, ...pointers]);
      return made;
    });
  },
  rmsNormGradients(core, dy, x, options) {
    const plan = validateRmsNormGradients(core, dy, x, options);
    const { rows, columns, epsilon, scale, inverseDeviation, parameters } = plan;
    return core.run('rmsNormGradients', (task) => {
      const made: RmsNormGradients = { x: task.result('float32', x.shape) };
      const statistics = parameters ? task.workspace(16 * rows) : 0;
      const inputs = [dy, x, scale, inverseDeviation].map(address);
      const args = [columns, epsilon, ...inputs, address(made.x), statistics];
      task.split('rmsNormGradient', rows, { cost: 12 * columns }, args);
      if (parameters) {
        made.scale = task.result('float32', [columns]);
        parameterGradients(task, rows, columns, [dy, x].map(address), statistics, [address(made.scale), 0]);
      }
      return made;
    });
  },
};
