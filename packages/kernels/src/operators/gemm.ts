import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkRank, checkTensor, equalShapes } from './check.js';

/** Options of {@link GemmOperators.gemm}. */
export interface GemmOptions {
  /** Read `a` as [.., K, M] and use its transpose. Default false. */
  transposeA?: boolean;
  /** Read `b` as [.., N, K] and use its transpose. Default false. */
  transposeB?: boolean;
}

/** Matrix products. */
export interface GemmOperators {
  /**
   * C = op(A) op(B), float32. `a` is [.., M, K] and `b` [.., K, N] (before `transposeA`, `transposeB`); leading
   * dimensions are equal, or `b` has rank 2 and is shared by every matrix of `a`. Result [.., M, N].
   * Each element sums over k in ascending order within blocks of 256.
   * Source: Goto and van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008.
   */
  gemm(a: Tensor, b: Tensor, options?: GemmOptions): Tensor;
}

/** Sizes of a checked gemm. `sharedB`: one [K, N] serves every matrix of `a`. */
export interface GemmPlan {
  batch: number;
  M: number;
  N: number;
  K: number;
  sharedB: boolean;
  transposeA: boolean;
  transposeB: boolean;
  shape: number[];
}

export function validateGemm(backend: BackendCore, a: Tensor, b: Tensor, options: GemmOptions = {}): GemmPlan {
  checkTensor('gemm', 'a', a, backend, 'float32');
  checkTensor('gemm', 'b', b, backend, 'float32');
  checkOptions('gemm', options, ['transposeA', 'transposeB']);
  const transposeA = checkBoolean('gemm', 'transposeA', options.transposeA ?? false);
  const transposeB = checkBoolean('gemm', 'transposeB', options.transposeB ?? false);
  checkRank('gemm', 'a', a, 2);
  checkRank('gemm', 'b', b, 2);
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [M, K] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, N] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (K !== innerB) {
    throw new ShapeError(
      `gemm: inner sizes differ: a ${formatShape(a.shape)}${transposeA ? ' transposed' : ''} gives K = ${K}, ` +
        `b ${formatShape(b.shape)}${transposeB ? ' transposed' : ''} gives K = ${innerB}`,
    );
  }
  const leading = a.shape.slice(0, -2);
  const sharedB = b.shape.length === 2;
  if (!sharedB && !equalShapes(leading, b.shape.slice(0, -2))) {
    throw new ShapeError(
      `gemm: leading dimensions differ: a ${formatShape(a.shape)}, b ${formatShape(b.shape)}; ` +
        'they must be equal, or b of rank 2',
    );
  }
  return { batch: sizeOf(leading), M, N, K, sharedB, transposeA, transposeB, shape: [...leading, M, N] };
}
