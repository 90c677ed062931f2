import type { Tensor } from '../../backend.js';
import {
  type GruGradients,
  type GruParameters,
  type GruResult,
  validateGruStep,
  validateGruStepGradients,
} from '../../operators/gru.js';
import type { RecurrentSizes } from '../../operators/recurrent.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';
import { backToInput, backToWeights, columnSums, project } from './recurrent.js';

export const gruOperators: WasmOperators<'gruStep' | 'gruStepGradients'> = {
  gruStep(core, x, h, parameters, options) {
    const { resetAfter, returnGates, ...sizes } = validateGruStep(core, x, h, parameters, options);
    const { B, I, n } = sizes;
    return core.run('gruStep', (task) => {
      const made: GruResult = { h: task.result('float32', [B, n]) };
      if (returnGates) made.gates = task.result('float32', [B, (resetAfter ? 4 : 3) * n]);
      const sums = task.workspace(12 * B * n);
      const weights = address(parameters.inputWeights);
      project(core, task, { B, rows: 3 * n, K: I, x: address(x), weights }, sums);
      if (resetAfter) stepResetAfter(core, task, sizes, sums, h, parameters, made);
      else stepResetBefore(core, task, sizes, sums, h, parameters, made);
      return made;
    });
  },
  gruStepGradients(core, dy, gates, x, h, parameters, options) {
    const { resetAfter, ...sizes } = validateGruStepGradients(core, dy, gates, x, h, parameters, options);
    const { B, I, n } = sizes;
    return core.run('gruStepGradients', (task) => {
      const made: GruGradients = {
        x: task.result('float32', [B, I]),
        h: task.result('float32', [B, n]),
        inputWeights: task.result('float32', [3 * n, I]),
        hiddenWeights: task.result('float32', [3 * n, n]),
        inputBias: task.result('float32', [3 * n]),
        hiddenBias: task.result('float32', [3 * n]),
      };
      // The gradient at the sums of the input.
      const slopes = task.workspace(12 * B * n);
      const back = resetAfter ? backResetAfter : backResetBefore;
      back(core, task, sizes, slopes, dy, gates, h, parameters, made);
      const input = { B, rows: 3 * n, K: I, x: address(x), weights: address(parameters.inputWeights) };
      backToInput(core, task, input, slopes, address(made.x));
      backToWeights(core, task, input, slopes, address(made.inputWeights));
      columnSums(task, B, 3 * n, slopes, address(made.inputBias));
      return made;
    });
  },
};

/** The step from its input's sums, [B, 3n], with the reset gate after the hidden product. */
function stepResetAfter(
  core: WasmCore,
  task: Task,
  { B, n }: RecurrentSizes,
  sums: number,
  h: Tensor,
  { hiddenWeights, inputBias, hiddenBias }: GruParameters,
  made: GruResult,
): void {
  const hidden = task.workspace(12 * B * n);
  project(core, task, { B, rows: 3 * n, K: n, x: address(h), weights: address(hiddenWeights) }, hidden);
  const addresses = [inputBias, hiddenBias, h, made.h, made.gates].map(address);
  task.split('gruCell', B, { cost: 30 * n }, [n, sums, hidden, ...addresses]);
}

/** The same with the reset gate before the hidden product, which therefore waits for the gate. */
function stepResetBefore(
  core: WasmCore,
  task: Task,
  { B, n }: RecurrentSizes,
  sums: number,
  h: Tensor,
  { hiddenWeights, inputBias, hiddenBias }: GruParameters,
  made: GruResult,
): void {
  const gates = made.gates ? address(made.gates) : task.workspace(12 * B * n);
  const [hidden, reset] = [task.workspace(8 * B * n), task.workspace(4 * B * n)];
  const weights = address(hiddenWeights);
  const biases = [address(inputBias), address(hiddenBias)];
  project(core, task, { B, rows: 2 * n, K: n, x: address(h), weights }, hidden);
  task.split('gruResetGates', B, { cost: 20 * n }, [n, sums, hidden, ...biases, address(h), gates, reset]);
  // The gates' hidden sums are used up, so the candidate's take their place.
  project(core, task, { B, rows: n, K: n, x: reset, weights: weights + 8 * n * n }, hidden);
  task.split('gruResetCell', B, { cost: 14 * n }, [n, sums, hidden, ...biases, address(h), address(made.h), gates]);
}

/** Writes slopes, [B, 3n], and the gradients of h, hiddenWeights and hiddenBias. */
function backResetAfter(
  core: WasmCore,
  task: Task,
  { B, n }: RecurrentSizes,
  slopes: number,
  dy: Tensor,
  gates: Tensor,
  h: Tensor,
  { hiddenWeights }: GruParameters,
  made: GruGradients,
): void {
  const hiddenSlopes = task.workspace(12 * B * n);
  const given = [dy, h, gates].map(address);
  task.split('gruSlopes', B, { cost: 20 * n }, [n, ...given, slopes, hiddenSlopes, address(made.h)]);
  const hidden = { B, rows: 3 * n, K: n, x: address(h), weights: address(hiddenWeights) };
  backToInput(core, task, hidden, hiddenSlopes, address(made.h), true);
  backToWeights(core, task, hidden, hiddenSlopes, address(made.hiddenWeights));
  columnSums(task, B, 3 * n, hiddenSlopes, address(made.hiddenBias));
}

/** The same for the reset gate before the hidden product, which then sees r h for the candidate and h for the gates. */
function backResetBefore(
  core: WasmCore,
  task: Task,
  { B, n }: RecurrentSizes,
  slopes: number,
  dy: Tensor,
  gates: Tensor,
  h: Tensor,
  { hiddenWeights }: GruParameters,
  made: GruGradients,
): void {
  const [candidate, dReset, reset] = [4, 4, 4].map((bytes) => task.workspace(bytes * B * n)) as [
    number,
    number,
    number,
  ];
  const gateSlopes = task.workspace(8 * B * n);
  const rows = address(hiddenWeights);
  const gradients = address(made.hiddenWeights);
  const below = { B, rows: n, K: n, x: reset, weights: rows + 8 * n * n };
  task.split('gruCandidateSlopes', B, { cost: 6 * n }, [n, address(dy), address(gates), candidate]);
  const given = [address(dy), address(h), address(gates), candidate, dReset];
  backToInput(core, task, below, candidate, dReset);
  task.split('gruResetSlopes', B, { cost: 16 * n }, [n, ...given, slopes, gateSlopes, reset, address(made.h)]);
  backToWeights(core, task, below, candidate, gradients + 8 * n * n);
  const through = { B, rows: 2 * n, K: n, x: address(h), weights: rows };
  backToInput(core, task, through, gateSlopes, address(made.h), true);
  backToWeights(core, task, through, gateSlopes, gradients);
  columnSums(task, B, 3 * n, slopes, address(made.hiddenBias));
}
