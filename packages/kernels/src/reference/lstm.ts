import { validateLstmStep, validateLstmStepGradients } from '../operators/lstm.js';
import { sigmoid } from './activation.js';
import { type ReferenceOperators, values } from './core.js';
import { columnSums, outerProducts, project, projectBack, rounded } from './recurrent.js';

export const lstmOperators: ReferenceOperators<'lstmStep' | 'lstmStepGradients'> = {
  lstmStep(core, x, state, parameters, options) {
    const { B, I, n, returnGates } = validateLstmStep(core, x, state, parameters, options);
    const { inputWeights, hiddenWeights, bias } = parameters;
    const input = project(B, 4 * n, I, values(x), values(inputWeights));
    const hidden = project(B, 4 * n, n, values(state.h), values(hiddenWeights));
    const shift = bias && values(bias);
    const gates = input.map((part, k) => {
      const sum = part + (hidden[k] as number) + (shift ? (shift[k % (4 * n)] as number) : 0);
      return Math.floor((k % (4 * n)) / n) === 2 ? Math.tanh(sum) : sigmoid(sum);
    });
    const c = Float64Array.from(values(state.c), (old, k) => {
      const [i, f, g] = gatesOf(gates, n, k);
      return f * old + i * g;
    });
    const h = c.map((cell, k) => gatesOf(gates, n, k)[3] * Math.tanh(cell));
    return {
      h: rounded(core, [B, n], h),
      c: rounded(core, [B, n], c),
      ...(returnGates ? { gates: rounded(core, [B, 4 * n], gates) } : {}),
    };
  },
  lstmStepGradients(core, dy, gates, x, state, parameters) {
    const { B, I, n } = validateLstmStepGradients(core, dy, gates, x, state, parameters);
    const [above, below, old] = [values(dy.h), dy.c && values(dy.c), values(state.c)];
    const slopes = new Float64Array(4 * B * n);
    const dc = new Float64Array(B * n);
    for (let k = 0; k < B * n; k++) {
      const [i, f, g, o] = gatesOf(values(gates), n, k);
      const [dh, c] = [above[k] as number, old[k] as number];
      const t = Math.tanh(f * c + i * g);
      const cell = (below ? (below[k] as number) : 0) + dh * o * (1 - t * t);
      dc[k] = cell * f;
      const parts = [cell * g * i * (1 - i), cell * c * f * (1 - f), cell * i * (1 - g * g), dh * t * o * (1 - o)];
      for (const [part, slope] of parts.entries()) slopes[(Math.floor(k / n) * 4 + part) * n + (k % n)] = slope;
    }
    const { inputWeights, hiddenWeights } = parameters;
    return {
      x: rounded(core, [B, I], projectBack(B, 4 * n, I, slopes, values(inputWeights))),
      h: rounded(core, [B, n], projectBack(B, 4 * n, n, slopes, values(hiddenWeights))),
      c: rounded(core, [B, n], dc),
      inputWeights: rounded(core, [4 * n, I], outerProducts(B, 4 * n, I, slopes, values(x))),
      hiddenWeights: rounded(core, [4 * n, n], outerProducts(B, 4 * n, n, slopes, values(state.h))),
      bias: rounded(core, [4 * n], columnSums(B, 4 * n, slopes)),
    };
  },
};

/** i, f, g, o of element k of [B, n]. gates [B, 4n]. */
function gatesOf(gates: ArrayLike<number>, n: number, k: number): [number, number, number, number] {
  const at = (part: number) => gates[(Math.floor(k / n) * 4 + part) * n + (k % n)] as number;
  return [at(0), at(1), at(2), at(3)];
}
