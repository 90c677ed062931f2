import {
  type AttentionPlan,
  type AttentionResult,
  validateAttention,
  validateAttentionGradients,
} from '../../operators/attention.js';
import { address, type Task, type WasmOperators } from '../core.js';

export const attentionOperators: WasmOperators<'attention' | 'attentionGradients'> = {
  attention(core, q, k, v, options) {
    const plan = validateAttention(core, q, k, v, options);
    const { leading, L, S, Dv } = plan;
    return core.run('attention', (task) => {
      const result: AttentionResult = { output: task.result('float32', [...leading, L, Dv]) };
      if (plan.returnLse) result.lse = task.result('float32', [...leading, L]);
      if (plan.returnWeights) {
        // The kernel writes the weights of visible key blocks only.
        result.weights = task.zeros([...leading, L, S]);
      }
      attendHeads(task, plan, [q, k, v].map(address), result);
      return result;
    });
  },

  attentionGradients(core, dOutput, q, k, v, output, lse, options) {
    const plan = validateAttentionGradients(core, dOutput, [q, k, v], output, lse, options);
    const { batch, L, S, D, Dv, scale } = plan;
    return core.run('attentionGradients', (task) => {
      const gradients = {
        q: task.result('float32', q.shape),
        k: task.result('float32', k.shape),
        v: task.result('float32', v.shape),
      };
      const { diagonal, mask } = placeMask(task, plan);
      const inputs = [q, k, v, output, lse, dOutput, options?.dLse].map(address);
      const results = [gradients.q.address, gradients.k.address, gradients.v.address];
      const workspace = task.kernels.attentionGradientsWorkspace(D, Dv);
      const cost = L * S * (3 * D + 2 * Dv + 24);
      const sizes = [L, S, D, Dv, scale, diagonal, ...mask];
      task.split('attentionGradients', batch, { cost, workspace }, [...sizes, ...inputs, ...results]);
      return gradients;
    });
  },
};

function attendHeads(task: Task, plan: AttentionPlan, [q, k, v]: number[], result: AttentionResult): void {
  const { batch, L, S, D, Dv, scale } = plan;
  const { diagonal, mask } = placeMask(task, plan);
  const inputs = [...mask, q as number, k as number, v as number];
  const outputs = [address(result.output), address(result.lse), address(result.weights)];
  const workspace = task.kernels.attentionWorkspace(D, Dv);
  // A range packs every key it meets, so it should hold many queries; a block of the kernel holds 512.
  const options = { cost: S * (D + Dv + 16), multiple: Math.min(L, 512), workspace };
  task.split('attention', batch * L, options, [L, S, D, Dv, scale, diagonal, ...inputs, ...outputs]);
}

/** The kernels' arguments about who sees whom. */
function placeMask(task: Task, { L, S, queryOffset, mask }: AttentionPlan): { diagonal: number; mask: number[] } {
  // Beyond [-L, S] an offset hides or shows everything alike, and the kernel's arithmetic is 32-bit.
  const diagonal = Math.max(-L, Math.min(S, queryOffset));
  if (!mask) return { diagonal, mask: [0, 0, 0, 0] };
  const offsets = task.place(Uint32Array.from(mask.offsets));
  return { diagonal, mask: [mask.rowStride, mask.columnStride, address(mask.tensor), offsets] };
}
