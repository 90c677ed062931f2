import { createReferenceBackend } from '@dlv/kernels';
import shapes from '../shapes/attention.json';
import { attentionOperations } from '../src/amounts.js';
import { checkBudget, compare, gatherRows, sampleRows } from '../src/check.js';
import { uniform32 } from '../src/inputs.js';
import type { AttentionWork, BenchItem, Checker } from '../src/work.js';

/** `name` and `excluded` are optional: the model a shape is from, engines that cannot do it and why. */
export interface AttentionShape {
  name?: string;
  heads: number;
  length: number;
  depth: number;
  causal?: boolean;
  excluded?: Record<string, string>;
}

export const attentionName = ({ name, heads, length, depth, causal }: AttentionShape) =>
  `${name ? `${name} ` : ''}[${heads},${length},${depth}]${causal ? ' causal' : ''}`;

/** Attention forward, float32: 4 depth operations per query-key pair. */
export const attentionSuite: BenchItem[] = (shapes as AttentionShape[]).map((shape) => {
  const { heads, length, depth, causal = false, excluded = {} } = shape;
  return {
    suite: 'attention',
    name: attentionName(shape),
    note: `${heads} heads, ${length} queries and keys, head size ${depth}`,
    unit: 'GFLOP/s',
    amount: attentionOperations(shape),
    limited: true,
    resident: true,
    excluded,
    work: (): AttentionWork => ({
      operator: 'attention',
      ...{ heads, length, depth, causal },
      q: uniform32(heads * length * depth, 1),
      k: uniform32(heads * length * depth, 2),
      v: uniform32(heads * length * depth, 3),
    }),
    checker: (work) => checkAttention(work as AttentionWork),
  };
});

/** Outputs are means of values in [-1, 1], with rounding errors near 1e-7; 2e-6 leaves room for a coarser exp. */
export async function checkAttention(work: AttentionWork): Promise<Checker> {
  const { heads, length, depth, causal } = work;
  using backend = await createReferenceBackend();
  const rows = sampleRows(length, checkBudget / (2 * heads * length * depth));
  const everyRow = Array.from({ length: heads }, (_, head) => rows.map((row) => head * length + row)).flat();
  const q = backend.tensor(gatherRows(work.q, depth, everyRow), [heads, rows.length, depth]);
  const k = backend.tensor(work.k, [heads, length, depth]);
  const v = backend.tensor(work.v, [heads, length, depth]);
  const visible = rows.flatMap((row) => Array.from({ length }, (_, key) => !causal || key <= row));
  const mask = backend.tensor(visible, [rows.length, length]);
  const values = backend.attention(q, k, v, { mask }).output.dataSync() as Float32Array;
  const tolerance = { absolute: 2e-6, relative: 0 };
  return (outcome) => compare(outcome, [{ rows: everyRow, width: depth, values }], heads * length * depth, tolerance);
}
