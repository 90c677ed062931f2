import type { Tensor } from '../../backend.js';
import { type AttentionPlan, type AttentionResult, validateAttention } from '../../operators/attention.js';
import { address, type Task, type WasmOperators } from '../core.js';

export const attentionOperators: WasmOperators<'attention'> = {
  attention(core, q, k, v, options) {
    const plan = validateAttention(core, q, k, v, options);
    const { leading, L, S, Dv } = plan;
    return core.run('attention', (task) => {
      const result: AttentionResult = { output: task.result('float32', [...leading, L, Dv]) };
      if (plan.returnLse) result.lse = task.result('float32', [...leading, L]);
      if (plan.returnWeights) {
        const weights = task.result('float32', [...leading, L, S]);
        // The kernel writes the weights of visible key blocks only.
        weights.view().fill(0);
        result.weights = weights;
      }
      attendHeads(task, plan, [q, k, v].map(address), result);
      return result;
    });
  },
};

function attendHeads(task: Task, plan: AttentionPlan, [q, k, v]: number[], result: AttentionResult): void {
  const { batch, L, S, D, Dv, scale, queryOffset, mask } = plan;
  const workspace = task.workspace(task.kernels.attentionWorkspace(D, Dv));
  // Beyond [-L, S] an offset hides or shows everything alike, and the kernel's arithmetic is 32-bit.
  const diagonal = Math.max(-L, Math.min(S, queryOffset));
  const at = (tensor: Tensor | undefined, bytes: number) => (tensor ? address(tensor) + bytes : 0);
  for (let n = 0; n < batch; n++) {
    task.kernels.attention(
      ...[0, L, S, D, Dv, scale, diagonal, mask?.rowStride ?? 0, mask?.columnStride ?? 0],
      at(mask?.tensor, mask?.offsets[n] ?? 0),
      (q as number) + 4 * n * L * D,
      (k as number) + 4 * n * S * D,
      (v as number) + 4 * n * S * Dv,
      at(result.output, 4 * n * L * Dv),
      at(result.lse, 4 * n * L),
      at(result.weights, 4 * n * L * S),
      workspace,
    );
  }
}
