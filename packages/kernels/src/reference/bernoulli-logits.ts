/**
 * logLikelihood[b] = sum_e x l - softplus(l), gradient = x - sigmoid(l), in float64.
 * x, logits, gradient [rows, columns]; logLikelihood [rows].
 */
export function bernoulliLogits(
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
