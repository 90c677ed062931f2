import {
  type AttentionPlan,
  type AttentionResult,
  validateAttention,
  validateAttentionGradients,
} from '../operators/attention.js';
import { attentionGradients, isVisible } from './attention-gradient.js';
import { type ReferenceOperators, values } from './core.js';

export const attentionOperators: ReferenceOperators<'attention' | 'attentionGradients'> = {
  attention(core, q, k, v, options) {
    const plan = validateAttention(core, q, k, v, options);
    const { leading, L, S, Dv } = plan;
    const result: AttentionResult = { output: core.result('float32', [...leading, L, Dv]) };
    if (plan.returnLse) result.lse = core.result('float32', [...leading, L]);
    if (plan.returnWeights) result.weights = core.result('float32', [...leading, L, S]);
    attention(plan, {
      q: values(q),
      k: values(k),
      v: values(v),
      mask: plan.mask && values(plan.mask.tensor, 'bool'),
      output: values(result.output),
      lse: result.lse && values(result.lse),
      weights: result.weights && values(result.weights),
    });
    return result;
  },

  attentionGradients(core, dOutput, q, k, v, output, lse, options) {
    const plan = validateAttentionGradients(core, dOutput, [q, k, v], output, lse, options);
    const made = {
      q: core.result('float32', q.shape),
      k: core.result('float32', k.shape),
      v: core.result('float32', v.shape),
    };
    const arrays = {
      ...{ q: values(q), k: values(k), v: values(v), output: values(output), lse: values(lse) },
      ...{ dOutput: values(dOutput), dLse: options?.dLse && values(options.dLse) },
      mask: plan.mask && values(plan.mask.tensor, 'bool'),
    };
    attentionGradients(plan, arrays, { q: values(made.q), k: values(made.k), v: values(made.v) });
    return made;
  },
};

/** Arrays of one attention call: q [batch,L,D], k [batch,S,D], v [batch,S,Dv], output [batch,L,Dv]. */
interface AttentionArrays {
  q: Float32Array;
  k: Float32Array;
  v: Float32Array;
  mask: Uint8Array | undefined;
  output: Float32Array;
  /** [batch,L] */
  lse: Float32Array | undefined;
  /** [batch,L,S] */
  weights: Float32Array | undefined;
}

/** Attention row by row in float64; hidden keys are skipped, never multiplied by zero. */
function attention(plan: AttentionPlan, arrays: AttentionArrays): void {
  const { batch, L, S, D, Dv } = plan;
  const { q, k, v, mask, output, lse, weights } = arrays;
  const scores = new Float64Array(S);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < L; i++) {
      const row = b * L + i;
      let largest = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < S; j++) {
        scores[j] = Number.NEGATIVE_INFINITY;
        if (!isVisible(plan, mask, b, i, j)) continue;
        let dot = 0;
        for (let d = 0; d < D; d++) dot += (q[row * D + d] as number) * (k[(b * S + j) * D + d] as number);
        scores[j] = dot * plan.scale;
        largest = Math.max(largest, scores[j] as number);
      }
      let sum = 0;
      for (let j = 0; j < S; j++) {
        // A score of -Infinity has weight 0 whatever the maximum is, also when all of them are -Infinity.
        const score = scores[j] as number;
        scores[j] = score === Number.NEGATIVE_INFINITY ? 0 : Math.exp(score - largest);
        sum += scores[j] as number;
      }
      const inverse = sum === 0 ? 0 : 1 / sum;
      for (let e = 0; e < Dv; e++) {
        let value = 0;
        for (let j = 0; j < S; j++) {
          if (scores[j] !== 0) value += (scores[j] as number) * (v[(b * S + j) * Dv + e] as number);
        }
        output[row * Dv + e] = value * inverse;
      }
      if (lse) lse[row] = sum === 0 ? Number.NEGATIVE_INFINITY : largest + Math.log(sum);
      if (weights) for (let j = 0; j < S; j++) weights[row * S + j] = (scores[j] as number) * inverse;
    }
  }
}
