import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkRank, checkTensor, equalShapes } from './check.js';

/** Options of {@link GemmOperators.gemm}. */
export interface GemmOptions {
  /** Read `a` as [.., K, M] and use its transpose. Default false. */
  transposeA?: boolean;
  /** Read `b` as [.., N, K] and use its transpose. Default false. */
  transposeB?: boolean;
  /** Multiplies the product. Default 1. */
  alpha?: number;
  /** Multiplies `c`. Default 1. With 0, `c` is not read. */
  beta?: number;
  /** Added to the product, [.., M, N]; it is not written. */
  c?: Tensor;
  /** Added to every row, [N]. */
  bias?: Tensor;
  /** Applied last. Default 'none'. */
  activation?: GemmActivation;
}

/** What can follow a product in the same pass: the functions of `ActivationOperators`. */
export type GemmActivation = (typeof gemmActivations)[number];

/** In the order of the kernels' numbers. */
export const gemmActivations = ['none', 'relu', 'gelu', 'geluTanh', 'silu', 'tanh', 'sigmoid', 'softplus'] as const;

/** Matrix products. */
export interface GemmOperators {
  /**
   * activation(alpha op(A) op(B) + beta C + bias), float32. `a` is [.., M, K] and `b` [.., K, N] (before `transposeA`, `transposeB`); leading
   * dimensions are equal, or `b` has rank 2 and is shared by every matrix of `a`. Result [.., M, N].
   * Each element sums over k in ascending order within blocks of 256, or in 4 or 8 interleaved partial sums where M or N
   * is at most 8; which of them depends on the shape alone.
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
  alpha: number;
  beta: number;
  c: Tensor | undefined;
  bias: Tensor | undefined;
  activation: GemmActivation;
  shape: number[];
}

export function validateGemm(backend: BackendCore, a: Tensor, b: Tensor, options: GemmOptions = {}): GemmPlan {
  checkTensor('gemm', 'a', a, backend, 'float32');
  checkTensor('gemm', 'b', b, backend, 'float32');
  checkOptions('gemm', options, ['transposeA', 'transposeB', 'alpha', 'beta', 'c', 'bias', 'activation']);
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
  const shape = [...leading, M, N];
  // Each field by name: spreading costs more here than a small product.
  const { alpha = 1, beta = 1, c, bias, activation = 'none' } = options;
  validateEpilogue(backend, alpha, beta, activation, c, bias, shape);
  const batch = sizeOf(leading);
  const read = beta === 0 ? undefined : c;
  return { batch, M, N, K, sharedB, transposeA, transposeB, alpha, beta, c: read, bias, activation, shape };
}

function validateEpilogue(
  backend: BackendCore,
  alpha: unknown,
  beta: unknown,
  activation: GemmActivation,
  c: Tensor | undefined,
  bias: Tensor | undefined,
  shape: readonly number[],
): void {
  checkFinite('alpha', alpha);
  checkFinite('beta', beta);
  if (!gemmActivations.includes(activation)) {
    throw new ValueError(`gemm: activation must be one of ${gemmActivations.join(', ')}, got ${String(activation)}`);
  }
  if (c) checkAdded(backend, 'c', c, shape);
  if (bias) checkAdded(backend, 'bias', bias, shape.slice(-1));
}

function checkFinite(name: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ValueError(`gemm: ${name} must be a finite number, got ${String(value)}`);
  }
}

function checkAdded(backend: BackendCore, name: string, tensor: Tensor, expected: readonly number[]): void {
  checkTensor('gemm', name, tensor, backend, 'float32');
  if (!equalShapes(tensor.shape, expected)) {
    throw new ShapeError(`gemm: ${name} has shape ${formatShape(tensor.shape)}, expected ${formatShape(expected)}`);
  }
}
