import { createReferenceBackend } from '@dlv/kernels';
import shapes from '../shapes/elementwise.json';
import { elementwiseBytes } from '../src/amounts.js';
import { compare, gatherRows, sampleRows, type Tolerance } from '../src/check.js';
import { uniform32 } from '../src/inputs.js';
import type { BenchItem, Checker, ElementwiseWork, NumericArray } from '../src/work.js';

interface ElementwiseShape {
  fn: ElementwiseWork['fn'];
  rows: number;
  columns: number;
}

/** Entries of x in [-range, range], so that exp covers several octaves and tanh and sigmoid reach their ends. */
const range = 8;

/** Functions of every element and sums, float32; 8 bytes read and written per element, 12 where two arrays are read. */
export const elementwiseSuite: BenchItem[] = (shapes as ElementwiseShape[]).map(({ fn, rows, columns }) => ({
  suite: 'elementwise',
  name: nameOf(fn, rows, columns),
  note: 'over arrays longer than the caches',
  unit: 'GB/s',
  amount: elementwiseBytes({ fn, rows, columns }),
  limited: true,
  resident: true,
  work: () => makeWork(fn, rows, columns),
  checker: (work) => checkElementwise(work as ElementwiseWork),
}));

function nameOf(fn: ElementwiseWork['fn'], rows: number, columns: number): string {
  const shape = `[${rows},${columns}]`;
  if (fn === 'add') return `add ${shape} + ${shape}`;
  return fn === 'bias' ? `bias ${shape} + [${columns}]` : `${fn} ${shape}`;
}

function makeWork(fn: ElementwiseWork['fn'], rows: number, columns: number): ElementwiseWork {
  const x = uniform32(rows * columns, 1).map((value) => range * value);
  if (fn !== 'add' && fn !== 'bias') return { operator: 'elementwise', fn, rows, columns, x };
  return { operator: 'elementwise', fn, rows, columns, x, y: uniform32(fn === 'add' ? rows * columns : columns, 2) };
}

/**
 * Sums are rounded once, so they must be right to the bit. Functions may be off by 1e-5 of the result, a few units of the last
 * place with room for a coarser exp, or by 4e-6, as rivals compute gelu's and sigmoid's left tails from 1 minus almost 1.
 */
export async function checkElementwise(work: ElementwiseWork): Promise<Checker> {
  const { rows: count, columns, x } = work;
  const rows = sampleRows(count, 1e6 / columns);
  const chosen = gatherRows(x, columns, rows);
  const sum = work.fn === 'add' || work.fn === 'bias';
  const tolerance: Tolerance = sum ? { absolute: 0, relative: 0 } : { absolute: 4e-6, relative: 1e-5 };
  const values = await expectedRows(work, rows, chosen);
  return (outcome) => compare(outcome, [{ rows, width: columns, values }], count * columns, tolerance);
}

async function expectedRows(
  work: ElementwiseWork,
  rows: readonly number[],
  chosen: Float32Array,
): Promise<NumericArray> {
  const { columns } = work;
  if (work.fn === 'add') {
    const others = gatherRows(work.y, columns, rows);
    return chosen.map((value, i) => value + others[i]!);
  }
  if (work.fn === 'bias') {
    const { y } = work;
    return chosen.map((value, i) => value + y[i % columns]!);
  }
  using backend = await createReferenceBackend();
  return backend[work.fn](backend.tensor(chosen, [rows.length, columns])).dataSync() as Float32Array;
}
