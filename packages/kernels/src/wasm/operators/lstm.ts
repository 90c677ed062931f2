import { type LstmResult, validateLstmStep, validateLstmStepGradients } from '../../operators/lstm.js';
import { address, type WasmOperators } from '../core.js';
import { backToInput, backToWeights, columnSums, project } from './recurrent.js';

export const lstmOperators: WasmOperators<'lstmStep' | 'lstmStepGradients'> = {
  lstmStep(core, x, state, parameters, options) {
    const { B, I, n, returnGates } = validateLstmStep(core, x, state, parameters, options);
    const { inputWeights, hiddenWeights, bias } = parameters;
    return core.run('lstmStep', (task) => {
      const made: LstmResult = { h: task.result('float32', [B, n]), c: task.result('float32', [B, n]) };
      if (returnGates) made.gates = task.result('float32', [B, 4 * n]);
      const sums = task.workspace(16 * B * n);
      project(core, task, { B, rows: 4 * n, K: I, x: address(x), weights: address(inputWeights) }, sums);
      const hidden = { B, rows: 4 * n, K: n, x: address(state.h), weights: address(hiddenWeights) };
      project(core, task, hidden, sums, true);
      const results = [address(made.h), address(made.c), address(made.gates)];
      task.split('lstmCell', B, { cost: 40 * n }, [n, sums, address(bias), address(state.c), ...results]);
      return made;
    });
  },
  lstmStepGradients(core, dy, gates, x, state, parameters) {
    const { B, I, n } = validateLstmStepGradients(core, dy, gates, x, state, parameters);
    const { inputWeights, hiddenWeights } = parameters;
    return core.run('lstmStepGradients', (task) => {
      const made = {
        x: task.result('float32', [B, I]),
        h: task.result('float32', [B, n]),
        c: task.result('float32', [B, n]),
        inputWeights: task.result('float32', [4 * n, I]),
        hiddenWeights: task.result('float32', [4 * n, n]),
        bias: task.result('float32', [4 * n]),
      };
      const slopes = task.workspace(16 * B * n);
      const given = [dy.h, dy.c, state.c, gates].map(address);
      task.split('lstmSlopes', B, { cost: 24 * n }, [n, ...given, slopes, made.c.address]);
      const input = { B, rows: 4 * n, K: I, x: address(x), weights: address(inputWeights) };
      backToInput(core, task, input, slopes, made.x.address);
      backToWeights(core, task, input, slopes, made.inputWeights.address);
      const hidden = { B, rows: 4 * n, K: n, x: address(state.h), weights: address(hiddenWeights) };
      backToInput(core, task, hidden, slopes, made.h.address);
      backToWeights(core, task, hidden, slopes, made.hiddenWeights.address);
      columnSums(task, B, 4 * n, slopes, made.bias.address);
      return made;
    });
  },
};
