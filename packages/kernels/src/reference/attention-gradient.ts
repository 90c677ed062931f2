import type { AttentionPlan } from '../operators/attention.js';

/** Whether query i of matrix b may see key j. */
export function isVisible(plan: AttentionPlan, mask: Uint8Array | undefined, b: number, i: number, j: number): boolean {
  if (j > i + plan.queryOffset) return false;
  if (plan.mask === undefined || mask === undefined) return true;
  const { offsets, rowStride, columnStride } = plan.mask;
  return mask[(offsets[b] as number) + i * rowStride + j * columnStride] !== 0;
}

/** What the gradients are computed from. Shapes as in attention; lse, dLse [batch,L]. */
interface GradientInputs {
  q: Float32Array;
  k: Float32Array;
  v: Float32Array;
  mask: Uint8Array | undefined;
  output: Float32Array;
  lse: Float32Array;
  dOutput: Float32Array;
  dLse: Float32Array | undefined;
}

/** The gradients pair by pair in float64; hidden pairs are skipped. Results have the shapes of q, k and v. */
export function attentionGradients(
  plan: AttentionPlan,
  inputs: GradientInputs,
  gradients: { q: Float32Array; k: Float32Array; v: Float32Array },
): void {
  const { batch, L, S, D, Dv, scale } = plan;
  const { q, k, v, mask, output, lse, dOutput, dLse } = inputs;
  const [sumQ, sumK, sumV] = [gradients.q, gradients.k, gradients.v].map((into) => new Float64Array(into.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < L; i++) {
      const row = b * L + i;
      if (lse[row] === Number.NEGATIVE_INFINITY) continue;
      const delta = dot(Dv, output, row * Dv, dOutput, row * Dv) - (dLse?.[row] ?? 0);
      for (let j = 0; j < S; j++) {
        if (!isVisible(plan, mask, b, i, j)) continue;
        const key = b * S + j;
        const weight = Math.exp(scale * dot(D, q, row * D, k, key * D) - (lse[row] as number));
        if (weight === 0) continue;
        const slope = weight * (dot(Dv, dOutput, row * Dv, v, key * Dv) - delta);
        addTo(Dv, weight, dOutput, row * Dv, sumV, key * Dv);
        addTo(D, scale * slope, q, row * D, sumK, key * D);
        addTo(D, scale * slope, k, key * D, sumQ, row * D);
      }
    }
  }
  gradients.q.set(sumQ);
  gradients.k.set(sumK);
  gradients.v.set(sumV);
}

function dot(size: number, x: Float32Array, atX: number, y: Float32Array, atY: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += (x[atX + d] as number) * (y[atY + d] as number);
  return sum;
}

function addTo(size: number, factor: number, x: Float32Array, atX: number, sum: Float64Array, at: number): void {
  for (let d = 0; d < size; d++) sum[at + d] = (sum[at + d] as number) + factor * (x[atX + d] as number);
}
