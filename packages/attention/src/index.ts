export type { AttentionResult } from '@dlv/kernels';
export type { Keys } from './keys.js';
export {
  type CausalAlignment,
  type ScaledDotProductAttentionOptions,
  scaledDotProductAttention,
} from './scaled-dot-product-attention.js';
export { averageQuery, copyQuery, type Selection, type SelectionOptions } from './select.js';
