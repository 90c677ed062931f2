import { validateRnnStep, validateRnnStepGradients } from '../operators/rnn.js';
import { type ReferenceOperators, values } from './core.js';
import { columnSums, outerProducts, project, projectBack, rounded } from './recurrent.js';

export const rnnOperators: ReferenceOperators<'rnnStep' | 'rnnStepGradients'> = {
  rnnStep(core, x, h, parameters) {
    const { B, I, n } = validateRnnStep(core, x, h, parameters);
    const { inputWeights, hiddenWeights, bias } = parameters;
    const input = project(B, n, I, values(x), values(inputWeights));
    const hidden = project(B, n, n, values(h), values(hiddenWeights));
    const shift = bias && values(bias);
    const y = input.map((sum, k) => Math.tanh(sum + (hidden[k] as number) + (shift ? (shift[k % n] as number) : 0)));
    return rounded(core, [B, n], y);
  },
  rnnStepGradients(core, dy, y, x, h, parameters) {
    const { B, I, n } = validateRnnStepGradients(core, dy, y, x, h, parameters);
    const { inputWeights, hiddenWeights } = parameters;
    const [above, result] = [values(dy), values(y)];
    // d tanh(s) = 1 - tanh(s)^2.
    const slopes = Float64Array.from(above, (value, k) => value * (1 - (result[k] as number) ** 2));
    return {
      x: rounded(core, [B, I], projectBack(B, n, I, slopes, values(inputWeights))),
      h: rounded(core, [B, n], projectBack(B, n, n, slopes, values(hiddenWeights))),
      inputWeights: rounded(core, [n, I], outerProducts(B, n, I, slopes, values(x))),
      hiddenWeights: rounded(core, [n, n], outerProducts(B, n, n, slopes, values(h))),
      bias: rounded(core, [n], columnSums(B, n, slopes)),
    };
  },
};
