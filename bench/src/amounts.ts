import type { ElementwiseWork } from './work.js';

interface AttentionSizes {
  readonly heads: number;
  readonly length: number;
  readonly depth: number;
  readonly causal?: boolean;
}

/** Query-key pairs that are seen: a causal mask leaves length (length + 1) / 2 of each head. */
const seenPairs = ({ heads, length, causal = false }: AttentionSizes): number =>
  heads * (causal ? (length * (length + 1)) / 2 : length * length);

/** Operations of attention: two products, 4 depth per pair. */
export const attentionOperations = (sizes: AttentionSizes): number => 4 * sizes.depth * seenPairs(sizes);

/** Operations of its gradients: five products, the scores again among them, 10 depth per pair. */
export const attentionGradientOperations = (sizes: AttentionSizes): number => 10 * sizes.depth * seenPairs(sizes);

/** Bytes an elementwise function reads and writes; a bias is small and stays in the caches. */
export const elementwiseBytes = ({ fn, rows, columns }: Pick<ElementwiseWork, 'fn' | 'rows' | 'columns'>): number =>
  (fn === 'add' ? 12 : 8) * rows * columns;
