import { type BernoulliLogitsResult, validateBernoulliLogits } from '../operators/bernoulli-logits.js';
import { type ReferenceOperators, values } from './core.js';

export const bernoulliLogitsOperators: ReferenceOperators<'bernoulliLogits'> = {
  bernoulliLogits(core, x, logits, options) {
    const { rows, columns, gradient } = validateBernoulliLogits(core, x, logits, options);
    const result: BernoulliLogitsResult = { logLikelihood: core.result('float32', [rows]) };
    if (gradient) result.gradient = core.result('float32', x.shape);
    const slopes = result.gradient && values(result.gradient);
    bernoulliLogits(rows, columns, values(x), values(logits), values(result.logLikelihood), slopes);
    return result;
  },
};

/**
 * logLikelihood[b] = sum_e x l - softplus(l), gradient = x - sigmoid(l), in float64.
 * x, logits, gradient [rows, columns]; logLikelihood [rows].
 */
function bernoulliLogits(
  rows: number,
  columns: number,
  x: Float32Array,
  logits: Float32Array,
  logLikelihood: Float32Array,
  gradient: Float32Array | undefined,
): void {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      const target = x[i] as number;
      const logit = logits[i] as number;
      const decay = Math.exp(-Math.abs(logit));
      sum += target * logit - (Math.max(logit, 0) + Math.log1p(decay));
      if (gradient) gradient[i] = target - (logit >= 0 ? 1 : decay) / (1 + decay);
    }
    logLikelihood[row] = sum;
  }
}
