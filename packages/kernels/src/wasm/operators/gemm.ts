import { validateGemm } from '../../operators/gemm.js';
import { address, type WasmOperators } from '../core.js';

export const gemmOperators: WasmOperators<'gemm'> = {
  gemm(core, a, b, options) {
    const { batch, M, N, K, sharedB, transposeA, transposeB, shape } = validateGemm(core, a, b, options);
    return core.run('gemm', ({ kernels, result, workspace }) => {
      const c = result('float32', shape);
      const scratch = workspace(kernels.gemmWorkspace(N, K));
      const [rowA, columnA] = transposeA ? [1, M] : [K, 1];
      const [rowB, columnB] = transposeB ? [1, K] : [N, 1];
      core.tiles.run(batch * M * N * K, (tile) => {
        for (let n = 0; n < batch; n++) {
          const fromA = address(a) + 4 * n * M * K;
          const fromB = address(b) + (sharedB ? 0 : 4 * n * K * N);
          const to = c.address + 4 * n * M * N;
          kernels.gemm(0, M, N, K, tile, rowA, columnA, rowB, columnB, fromA, fromB, to, scratch);
        }
      });
      return c;
    });
  },
};
