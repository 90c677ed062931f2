import { validateRnnStep, validateRnnStepGradients } from '../../operators/rnn.js';
import { address, type WasmOperators } from '../core.js';
import { backToInput, backToWeights, columnSums, project } from './recurrent.js';

export const rnnOperators: WasmOperators<'rnnStep' | 'rnnStepGradients'> = {
  rnnStep(core, x, h, parameters) {
    const { B, I, n } = validateRnnStep(core, x, h, parameters);
    const { inputWeights, hiddenWeights, bias } = parameters;
    return core.run('rnnStep', (task) => {
      const y = task.result('float32', [B, n]);
      const sums = task.workspace(4 * B * n);
      project(core, task, { B, rows: n, K: I, x: address(x), weights: address(inputWeights) }, sums);
      project(core, task, { B, rows: n, K: n, x: address(h), weights: address(hiddenWeights) }, sums, true);
      task.split('rnnActivation', B, { cost: 8 * n }, [n, sums, address(bias), y.address]);
      return y;
    });
  },
  rnnStepGradients(core, dy, y, x, h, parameters) {
    const { B, I, n } = validateRnnStepGradients(core, dy, y, x, h, parameters);
    const { inputWeights, hiddenWeights } = parameters;
    return core.run('rnnStepGradients', (task) => {
      const made = {
        x: task.result('float32', [B, I]),
        h: task.result('float32', [B, n]),
        inputWeights: task.result('float32', [n, I]),
        hiddenWeights: task.result('float32', [n, n]),
        bias: task.result('float32', [n]),
      };
      const slopes = task.workspace(4 * B * n);
      task.split('rnnSlopes', B, { cost: 2 * n }, [n, address(dy), address(y), slopes]);
      const input = { B, rows: n, K: I, x: address(x), weights: address(inputWeights) };
      backToInput(core, task, input, slopes, made.x.address);
      backToWeights(core, task, input, slopes, made.inputWeights.address);
      const hidden = { B, rows: n, K: n, x: address(h), weights: address(hiddenWeights) };
      backToInput(core, task, hidden, slopes, made.h.address);
      backToWeights(core, task, hidden, slopes, made.hiddenWeights.address);
      columnSums(task, B, n, slopes, made.bias.address);
      return made;
    });
  },
};
