import { createReferenceBackend, type Tensor } from '@dlv/kernels';
import shapes from '../shapes/attention-gradients.json';
import { attentionGradientOperations, attentionOperations } from '../src/amounts.js';
import { checkBudget, compare, type Expected, gatherRows, sampleRows } from '../src/check.js';
import { uniform32 } from '../src/inputs.js';
import type { AttentionGradientsWork, BenchItem, Checker, NumericArray } from '../src/work.js';
import { type AttentionShape, attentionName } from './attention.js';

/**
 * Attention forward and backward, float32. Per query-key pair 4 depth operations forward and 10 depth backward: the scores
 * again, dO V^T, and the products that give the three gradients.
 */
export const attentionGradientsSuite: BenchItem[] = (shapes as AttentionShape[]).map((shape) => {
  const { heads, length, depth, causal = false } = shape;
  const size = heads * length * depth;
  return {
    suite: 'attention-gradients',
    name: attentionName(shape),
    note: `forward and backward; ${heads} heads, ${length} queries and keys, head size ${depth}`,
    unit: 'GFLOP/s',
    amount: attentionOperations(shape) + attentionGradientOperations(shape),
    limited: true,
    work: (): AttentionGradientsWork => ({
      operator: 'attention-gradients',
      ...{ heads, length, depth, causal },
      q: uniform32(size, 1),
      k: uniform32(size, 2),
      v: uniform32(size, 3),
      dOutput: uniform32(size, 4),
    }),
    checker: (work) => checkAttentionGradients(work as AttentionGradientsWork),
  };
});

/**
 * Compares whole heads, as many as the budget allows. Gradients are sums of weights times numbers of a few units, with
 * rounding errors near 1e-7 of those; 1e-5 leaves room for a key that many queries see, as the first under a causal mask. A
 * contender that goes only forward gives one array, the output.
 */
export async function checkAttentionGradients(work: AttentionGradientsWork): Promise<Checker> {
  const { heads, length, depth, causal } = work;
  using backend = await createReferenceBackend();
  const chosen = sampleRows(heads, checkBudget / (7 * length * length * depth));
  const size = length * depth;
  const shape = [chosen.length, length, depth];
  const [q, k, v, dOutput] = [work.q, work.k, work.v, work.dOutput].map((array) =>
    backend.tensor(gatherRows(array, size, chosen), shape),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const options = causal ? { queryOffset: 0 } : {};
  const { output, lse } = backend.attention(q, k, v, { ...options, returnLse: true });
  const gradients = backend.attentionGradients(dOutput, q, k, v, output, lse as Tensor, options);
  const rows = chosen.flatMap((head) => Array.from({ length }, (_, i) => head * length + i));
  const expect = (tensor: Tensor): Expected => ({ rows, width: depth, values: tensor.dataSync() as NumericArray });
  const both = [gradients.q, gradients.k, gradients.v].map(expect);
  const forward = [expect(output)];
  return (outcome) =>
    compare(outcome, outcome.length === 1 ? forward : both, heads * size, { absolute: 1e-5, relative: 0 });
}
