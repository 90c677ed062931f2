import { createReferenceBackend } from '@dlv/kernels';
import shapes from '../shapes/gemm.json';
import { checkBudget, compare, gatherRows, sampleRows } from '../src/check.js';
import { uniform32 } from '../src/inputs.js';
import { transposeEach } from '../src/transpose.js';
import type { BenchItem, Checker, GemmWork } from '../src/work.js';

interface GemmShape {
  name: string;
  source: string;
  batch?: number;
  m: number;
  n: number;
  k: number;
  transposeA?: boolean;
  transposeB?: boolean;
}

/** Matrix products, float32: two squares and the shapes of real models. 2 m n k operations each. */
export const gemmSuite: BenchItem[] = (shapes as GemmShape[]).map(
  ({ name, source, batch = 1, m, n, k, transposeA = false, transposeB = false }) => ({
    suite: 'gemm',
    name: `${name} ${batch > 1 ? `${batch} x ` : ''}[${m},${k}] x [${k},${n}]${transposeA ? ' (A transposed)' : ''}${transposeB ? ' (B transposed)' : ''}`,
    note: source,
    unit: 'GFLOP/s',
    amount: 2 * batch * m * n * k,
    limited: true,
    resident: true,
    work: (): GemmWork => ({
      operator: 'gemm',
      ...{ batch, m, n, k, transposeA, transposeB },
      a: uniform32(batch * m * k, 1),
      b: uniform32(batch * k * n, 2),
    }),
    checker: (work) => checkGemm(work as GemmWork),
  }),
);

/**
 * Compares rows with float64 sums. For entries in [-1, 1] rounding errors of a float32 sum of k products have a standard
 * deviation near k 2^-26; 4 k 2^-24 is 16 of them, and half precision is far outside.
 */
export async function checkGemm(work: GemmWork): Promise<Checker> {
  const { batch, m, n, k, transposeA, transposeB } = work;
  using backend = await createReferenceBackend();
  const rows = sampleRows(m, checkBudget / (batch * n * k));
  const everyRow = Array.from({ length: batch }, (_, i) => rows.map((row) => i * m + row)).flat();
  const left = transposeA ? transposeEach(work.a, batch, k, m) : work.a;
  const a = backend.tensor(gatherRows(left, k, everyRow), [batch, rows.length, k]);
  const b = backend.tensor(work.b, [batch, ...(transposeB ? [n, k] : [k, n])]);
  const values = backend.gemm(a, b, { transposeB }).dataSync() as Float32Array;
  const tolerance = { absolute: 4 * k * 2 ** -24, relative: 0 };
  return (outcome) => compare(outcome, [{ rows: everyRow, width: n, values }], batch * m * n, tolerance);
}
