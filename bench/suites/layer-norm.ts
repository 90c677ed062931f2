import shapes from '../shapes/layer-norm.json';
import { compare, sampleRows } from '../src/check.js';
import { uniform32 } from '../src/inputs.js';
import type { BenchItem, Checker, LayerNormWork } from '../src/work.js';

interface LayerNormShape {
  name?: string;
  rows: number;
  columns: number;
}

/** Layer normalization over rows, float32; 8 bytes read and written per element. */
export const layerNormSuite: BenchItem[] = (shapes as LayerNormShape[]).map(({ name, rows, columns }) => ({
  suite: 'layer-norm',
  name: `${name ? `${name} ` : ''}[${rows},${columns}]`,
  note: 'layer normalization over the last axis, with scale and shift',
  unit: 'GB/s',
  amount: 8 * rows * columns,
  // Within the caches copying is faster than any arithmetic, and says nothing.
  limited: rows * columns >= 2 ** 21,
  resident: true,
  work: (): LayerNormWork => ({
    operator: 'layer-norm',
    ...{ rows, columns, epsilon: 1e-5 },
    x: uniform32(rows * columns, 1),
    scale: uniform32(columns, 2),
    shift: uniform32(columns, 3),
  }),
  checker: async (work) => checkLayerNorm(work as LayerNormWork),
}));

/**
 * Normalized entries lie within 2 for inputs spread evenly; means and variances of a thousand float32 terms summed in
 * order are off by 1e-6 or so of them, hence 2e-5.
 */
export function checkLayerNorm(work: LayerNormWork): Checker {
  const { rows: count, columns } = work;
  const rows = sampleRows(count, 1e6 / columns);
  const values = new Float64Array(rows.length * columns);
  for (const [at, row] of rows.entries()) values.set(normalizeRow(work, row), at * columns);
  return (outcome) =>
    compare(outcome, [{ rows, width: columns, values }], count * columns, { absolute: 2e-5, relative: 0 });
}

/** One row in float64. */
function normalizeRow({ columns, epsilon, x, scale, shift }: LayerNormWork, row: number): Float64Array {
  const entries = Float64Array.from(x.subarray(row * columns, (row + 1) * columns));
  const mean = entries.reduce((sum, value) => sum + value, 0) / columns;
  const variance = entries.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns;
  return entries.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * scale[i]! + shift[i]!);
}
