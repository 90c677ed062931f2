import type { GemmPlan } from '@dlv/kernels/backend-kit';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Engine } from './engine.js';

/** c = op(a) op(b) by tfjs's BatchMatMul, which picks among four tilings by size. No size may be 0. */
export function gemm(engine: Engine, plan: GemmPlan, a: TensorInfo, b: TensorInfo): TensorInfo {
  const { batch, M, N, K, sharedB, transposeA, transposeB } = plan;
  // Matrices that all meet the same b are one tall matrix.
  const [count, rows] = sharedB && !transposeA ? [1, batch * M] : [batch, M];
  const left = { ...a, shape: transposeA ? [count, K, rows] : [count, rows, K] };
  const matrices = sharedB ? 1 : batch;
  const right = { ...b, shape: transposeB ? [matrices, N, K] : [matrices, K, N] };
  return engine.kernel('gemm', 'BatchMatMul', { a: left, b: right }, { transposeA, transposeB });
}
