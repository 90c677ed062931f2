import { validateGruStep, validateGruStepGradients } from '../operators/gru.js';
import { sigmoid } from './activation.js';
import { type ReferenceOperators, values } from './core.js';
import { columnSums, type Matrix, outerProducts, project, projectBack, rounded } from './recurrent.js';

export const gruOperators: ReferenceOperators<'gruStep' | 'gruStepGradients'> = {
  gruStep(core, x, h, parameters, options) {
    const { B, I, n, resetAfter, returnGates } = validateGruStep(core, x, h, parameters, options);
    const { inputWeights, hiddenWeights, inputBias, hiddenBias } = parameters;
    const input = biased(project(B, 3 * n, I, values(x), values(inputWeights)), 3 * n, inputBias && values(inputBias));
    const shift = hiddenBias && values(hiddenBias);
    const hidden = biased(project(B, 3 * n, n, values(h), values(hiddenWeights)), 3 * n, shift);
    const at = (k: number, part: number) => (Math.floor(k / n) * 3 + part) * n + (k % n);
    const gate = (part: number) =>
      Float64Array.from({ length: B * n }, (_, k) =>
        sigmoid((input[at(k, part)] as number) + (hidden[at(k, part)] as number)),
      );
    const state = values(h);
    const [r, z] = [gate(0), gate(1)];
    // The candidate's hidden product: of h, to be multiplied by r; or of r h.
    const reset = r.map((value, k) => value * (state[k] as number));
    const product = resetAfter
      ? r.map((_, k) => hidden[at(k, 2)] as number)
      : biased(project(B, n, n, reset, values(hiddenWeights), 2 * n), n, shift?.subarray(2 * n));
    const candidate = product.map((value, k) =>
      Math.tanh((input[at(k, 2)] as number) + (resetAfter ? (r[k] as number) * value : value)),
    );
    const next = candidate.map((value, k) => (1 - (z[k] as number)) * value + (z[k] as number) * (state[k] as number));
    const parts = resetAfter ? [r, z, candidate, product] : [r, z, candidate];
    return {
      h: rounded(core, [B, n], next),
      ...(returnGates ? { gates: rounded(core, [B, parts.length * n], interleave(B, n, parts)) } : {}),
    };
  },
  gruStepGradients(core, dy, gates, x, h, parameters, options) {
    const { B, I, n, resetAfter } = validateGruStepGradients(core, dy, gates, x, h, parameters, options);
    const parts = resetAfter ? 4 : 3;
    const part = (which: number) =>
      Float64Array.from(
        { length: B * n },
        (_, k) => values(gates)[(Math.floor(k / n) * parts + which) * n + (k % n)] as number,
      );
    const [r, z, candidate] = [part(0), part(1), part(2)];
    const [above, state, hiddenWeights] = [values(dy), values(h), values(parameters.hiddenWeights)];
    const logistic = (s: number) => s * (1 - s);
    const each = (fn: (k: number) => number) => Float64Array.from({ length: B * n }, (_, k) => fn(k));
    const slopeN = each((k) => at(above, k) * (1 - at(z, k)) * (1 - at(candidate, k) ** 2));
    const slopeZ = each((k) => at(above, k) * (at(state, k) - at(candidate, k)) * logistic(at(z, k)));
    // The gradient at r h for the reset gate before the product.
    const dReset = projectBack(B, n, n, slopeN, hiddenWeights, 2 * n);
    const product = resetAfter ? part(3) : undefined;
    const slopeR = each((k) => {
      const dr = product ? at(slopeN, k) * at(product, k) : at(dReset, k) * at(state, k);
      return dr * logistic(at(r, k));
    });
    const direct = each((k) => at(above, k) * at(z, k) + (product ? 0 : at(dReset, k) * at(r, k)));
    // At the candidate's hidden product stands r times its slope, or its slope alone, met by r h.
    const hiddenN = product ? each((k) => at(slopeN, k) * at(r, k)) : slopeN;
    const hiddenX = product ? state : each((k) => at(r, k) * at(state, k));
    const gateSlopes = interleave(B, n, [slopeR, slopeZ]);
    const through = projectBack(B, 2 * n, n, gateSlopes, hiddenWeights);
    const throughN = product ? projectBack(B, n, n, hiddenN, hiddenWeights, 2 * n) : undefined;
    const dh = direct.map((value, k) => value + at(through, k) + (throughN ? at(throughN, k) : 0));
    const slopes = interleave(B, n, [slopeR, slopeZ, slopeN]);
    return {
      x: rounded(core, [B, I], projectBack(B, 3 * n, I, slopes, values(parameters.inputWeights))),
      h: rounded(core, [B, n], dh),
      inputWeights: rounded(core, [3 * n, I], outerProducts(B, 3 * n, I, slopes, values(x))),
      hiddenWeights: rounded(
        core,
        [3 * n, n],
        [...outerProducts(B, 2 * n, n, gateSlopes, state), ...outerProducts(B, n, n, hiddenN, hiddenX)],
      ),
      inputBias: rounded(core, [3 * n], columnSums(B, 3 * n, slopes)),
      hiddenBias: rounded(core, [3 * n], columnSums(B, 3 * n, interleave(B, n, [slopeR, slopeZ, hiddenN]))),
    };
  },
};

const at = (array: Matrix, k: number): number => array[k] as number;

/** sums + bias of each column. sums [B, columns], bias [columns]. */
const biased = (sums: Float64Array, columns: number, bias: Float32Array | undefined): Float64Array =>
  bias ? sums.map((sum, k) => sum + at(bias, k % columns)) : sums;

/** [B, n] parts side by side: [B, parts n]. */
function interleave(B: number, n: number, parts: readonly Matrix[]): Float64Array {
  const out = new Float64Array(B * n * parts.length);
  for (const [which, part] of parts.entries())
    for (let k = 0; k < B * n; k++) out[(Math.floor(k / n) * parts.length + which) * n + (k % n)] = at(part, k);
  return out;
}
