import { createReferenceBackend } from '@dlv/kernels';
import shapes from '../shapes/softmax.json';
import { compare, gatherRows, sampleRows } from '../src/check.js';
import { uniform32 } from '../src/inputs.js';
import type { BenchItem, Checker, SoftmaxWork } from '../src/work.js';

/** Entries of x in [-range, range], so that exp covers several octaves. */
const range = 8;

/** Softmax over rows, float32; 8 bytes read and written per element. */
export const softmaxSuite: BenchItem[] = shapes.map(({ rows, columns }) => ({
  suite: 'softmax',
  name: `[${rows},${columns}]`,
  note: 'softmax over the last axis',
  unit: 'GB/s',
  amount: 8 * rows * columns,
  limited: false,
  resident: true,
  work: (): SoftmaxWork => ({
    operator: 'softmax',
    rows,
    columns,
    x: uniform32(rows * columns, 1).map((value) => range * value),
  }),
  checker: (work) => checkSoftmax(work as SoftmaxWork),
}));

/** Relative error of 1e-5: a few units of the last place in exp, and a float32 sum of a thousand terms. */
export async function checkSoftmax(work: SoftmaxWork): Promise<Checker> {
  const { rows: count, columns } = work;
  using backend = await createReferenceBackend();
  const rows = sampleRows(count, 1e6 / columns);
  const x = backend.tensor(gatherRows(work.x, columns, rows), [rows.length, columns]);
  const values = backend.softmax(x).dataSync() as Float32Array;
  return (outcome) =>
    compare(outcome, [{ rows, width: columns, values }], count * columns, { absolute: 0, relative: 1e-5 });
}
