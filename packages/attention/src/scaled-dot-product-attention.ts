import { type AttentionResult, type Tensor, ValueError } from '@dlv/kernels';

/**
 * How causal masking lines up queries with keys when there are fewer of the one than of the other.
 * 'top-left': query i sees keys 0..i (PyTorch, JAX). 'bottom-right': the last query sees every key, query i sees keys
 * 0..i + S - L (FlashAttention 2.1 and later, MLX), which is what decoding with a key-value cache needs.
 */
export type CausalAlignment = 'top-left' | 'bottom-right';

/** Options of `scaledDotProductAttention`. */
export interface ScaledDotProductAttentionOptions {
  /** Multiplies every score. Default 1 / sqrt(D). */
  scale?: number;
  /** Hide the future; the alignment must be named because the field disagrees on it. Default: no causal mask. */
  causal?: CausalAlignment;
  /** Boolean tensor that broadcasts to [.., L, S]; true keeps, false hides. Composes with `causal`. */
  mask?: Tensor;
  /** Also return the log-sum-exp of the scores, [.., L], natural logarithm. */
  returnLse?: boolean;
  /** Also return the weights, [.., L, S]; this costs the memory the tiled computation otherwise avoids. */
  returnWeights?: boolean;
}

const known = ['scale', 'causal', 'mask', 'returnLse', 'returnWeights'];

/**
 * output = softmax(scale Q K^T + mask) V, on the backend the tensors live on.
 *
 * Shapes: `q` [.., L, D], `k` [.., S, D], `v` [.., S, Dv] with equal leading dimensions (any number of them, batch and
 * heads as a rule); `output` [.., L, Dv]. A query that sees no key gives output 0, weights 0 and lse -Infinity. What is
 * hidden from a query cannot touch its result, not even NaN. Memory beyond the results does not grow with L and S.
 *
 * @throws ShapeError, ValueError, DisposedError as the backend's `attention` does.
 * Source: Vaswani et al. 2017, Attention Is All You Need, equation 1.
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: ScaledDotProductAttentionOptions = {},
): AttentionResult {
  const fn = 'scaledDotProductAttention';
  for (const [name, tensor] of Object.entries({ q, k, v })) {
    if (typeof tensor?.backend?.attention !== 'function') {
      throw new ValueError(`${fn}: ${name} must be a Tensor made by backend.tensor(...), got ${typeof tensor}`);
    }
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new ValueError(`${fn}: unknown option '${key}'; it takes ${known.join(', ')}`);
  }
  const { causal, ...rest } = options;
  if (causal === undefined) return q.backend.attention(q, k, v, rest);
  if (causal !== 'top-left' && causal !== 'bottom-right') {
    throw new ValueError(`${fn}: causal must be 'top-left' or 'bottom-right', got ${String(causal)}`);
  }
  const [queries, keys] = [q.shape.at(-2) ?? 0, k.shape.at(-2) ?? 0];
  return q.backend.attention(q, k, v, { ...rest, queryOffset: causal === 'top-left' ? 0 : keys - queries });
}
