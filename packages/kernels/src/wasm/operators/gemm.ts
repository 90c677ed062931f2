import { validateGemm } from '../../operators/gemm.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';

export const gemmOperators: WasmOperators<'gemm'> = {
  gemm(core, a, b, options) {
    const { batch, M, N, K, sharedB, transposeA, transposeB, shape } = validateGemm(core, a, b, options);
    return core.run('gemm', (task) => {
      const c = task.result('float32', shape);
      multiply(core, task, {
        ...{ batch, M, N, K, transposeA, transposeB },
        a: address(a),
        b: address(b),
        c: c.address,
        strideB: sharedB ? 0 : K * N,
      });
      return c;
    });
  },
};

/** One or more matrix products over dense row-major matrices in linear memory. */
export interface Product {
  M: number;
  N: number;
  K: number;
  /** Byte address of [batch, M, K], or [batch, K, M] with transposeA. */
  a: number;
  /** Byte address of [batch, K, N], or [batch, N, K] with transposeB. */
  b: number;
  /** Byte address of [batch, M, N]. */
  c: number;
  transposeA?: boolean;
  transposeB?: boolean;
  /** Add to c instead of writing it. Default false. */
  accumulate?: boolean;
  /** Default 1. */
  batch?: number;
  /** Elements from one matrix to the next; 0 shares one among the batch. Default: dense. */
  strideA?: number;
  strideB?: number;
}

/** c = op(a) op(b), or c += op(a) op(b), inside an operator's task: the products that other operators are made of. */
export function multiply(core: WasmCore, task: Task, product: Product): void {
  const { M, N, K, a, b, c, batch = 1, transposeA = false, transposeB = false, accumulate = false } = product;
  const { strideA = M * K, strideB = K * N } = product;
  const scratch = task.workspace(task.kernels.gemmWorkspace(N, K));
  const [rowA, columnA] = transposeA ? [1, M] : [K, 1];
  const [rowB, columnB] = transposeB ? [1, K] : [N, 1];
  core.tiles.run(batch * M * N * K, (tile) => {
    for (let n = 0; n < batch; n++) {
      const [fromA, fromB, to] = [a + 4 * n * strideA, b + 4 * n * strideB, c + 4 * n * M * N];
      const layout = [rowA, columnA, rowB, columnB] as const;
      task.kernels.gemm(0, M, N, K, tile, accumulate ? 1 : 0, ...layout, fromA, fromB, to, scratch);
    }
  });
}
