import {
  type AttentionPlan,
  type AttentionResult,
  validateAttention,
  validateAttentionGradients,
} from '../../operators/attention.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';

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
      attendHeads(core, task, plan, [q, k, v].map(address), result);
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

function attendHeads(
  core: WasmCore,
  task: Task,
  plan: AttentionPlan,
  [q, k, v]: number[],
  result: AttentionResult,
): void {
  const { batch, L, S, D, Dv, scale } = plan;
  const { diagonal, mask } = placeMask(task, plan);
  const workspace = task.kernels.attentionWorkspace(D, Dv);
  const queries = queriesPerItem(L, batch, core.threads);
  const options = { cost: queries * S * (D + Dv + 16), workspace };
  const attend = (width: number) =>
    task.split('attention', batch * Math.ceil(L / queries), options, [
      ...[L, S, D, Dv, queries, width, scale, diagonal, ...mask, q as number, k as number, v as number],
      ...[address(result.output), address(result.lse), address(result.weights)],
    ]);
  // Few queries would leave lanes of a wide panel empty.
  if (L <= 8) attend(8);
  else core.widths.run(batch * visiblePairs(L, S, diagonal) * (D + Dv), attend);
}

/**
 * Queries of one item of work, a multiple of the panels' widths unless it is all of them. An item packs every key it meets, so
 * it should hold many queries; the kernel takes 528 at once, and two items a thread let the threads end together.
 */
function queriesPerItem(L: number, batch: number, threads: number): number {
  const wanted = threads === 1 ? 1 : Math.ceil((2 * threads) / Math.max(batch, 1));
  const items = Math.max(Math.ceil(L / 528), Math.min(wanted, Math.floor(L / 96)), 1);
  return items === 1 ? Math.max(L, 1) : Math.ceil(L / items / 24) * 24;
}

/** Pairs of a query i and a key j with j <= i + diagonal. */
function visiblePairs(L: number, S: number, diagonal: number): number {
  if (diagonal >= S) return L * S;
  let pairs = 0;
  for (let i = 0; i < L; i++) pairs += Math.max(0, Math.min(S, i + diagonal + 1));
  return pairs;
}

/** The kernels' arguments about who sees whom. */
function placeMask(task: Task, { L, S, queryOffset, mask }: AttentionPlan): { diagonal: number; mask: number[] } {
  // Beyond [-L, S] an offset hides or shows everything alike, and the kernel's arithmetic is 32-bit.
  const diagonal = Math.max(-L, Math.min(S, queryOffset));
  if (!mask) return { diagonal, mask: [0, 0, 0, 0] };
  const offsets = task.place(Uint32Array.from(mask.offsets));
  return { diagonal, mask: [mask.rowStride, mask.columnStride, address(mask.tensor), offsets] };
}
