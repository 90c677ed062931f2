import shapes from '../shapes/reduction.json';
import { compare } from '../src/check.js';
import { uniform32 } from '../src/inputs.js';
import type { BenchItem, Checker, ReductionWork } from '../src/work.js';

type ReductionShape = Pick<ReductionWork, 'fn' | 'axis' | 'rows' | 'columns'>;

/** Reductions of a matrix over one axis, float32; 4 bytes read per element. */
export const reductionSuite: BenchItem[] = (shapes as ReductionShape[]).map(({ fn, axis, rows, columns }) => ({
  suite: 'reduction',
  name: `${fn} of [${rows},${columns}] over axis ${axis}`,
  note: axis === 1 ? 'one result for each row' : 'one result for each column',
  unit: 'GB/s',
  amount: 4 * rows * columns,
  limited: false,
  resident: true,
  work: (): ReductionWork => ({
    operator: 'reduction',
    ...{ fn, axis, rows, columns },
    x: uniform32(rows * columns, 1),
  }),
  checker: async (work) => checkReduction(work as ReductionWork),
}));

/**
 * Maxima and their places are exact. Rounding errors of a float32 sum of n terms within 1, taken in order, are near n 2^-24;
 * 16 n 2^-24 leaves room, and half precision is far outside.
 */
export function checkReduction(work: ReductionWork): Checker {
  const { fn, axis, rows, columns } = work;
  const [results, terms] = axis === 1 ? [rows, columns] : [columns, rows];
  const values = Float64Array.from({ length: results }, (_, result) => reduce(work, result, terms));
  const absolute = fn === 'sum' ? 16 * terms * 2 ** -24 : 0;
  return (outcome) => compare(outcome, [{ rows: [0], width: results, values }], results, { absolute, relative: 0 });
}

/** One result in float64. */
function reduce({ fn, axis, columns, x }: ReductionWork, result: number, terms: number): number {
  const term = (i: number) => x[axis === 1 ? result * columns + i : i * columns + result]!;
  let sum = 0;
  let best = 0;
  for (let i = 0; i < terms; i++) {
    sum += term(i);
    if (term(i) > term(best)) best = i;
  }
  if (fn === 'sum') return sum;
  return fn === 'max' ? term(best) : best;
}
