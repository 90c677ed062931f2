import type { Tensor } from '../../backend.js';
import {
  type ReductionOptions,
  type ReductionPass,
  type ReductionPlan,
  validateArgmax,
  validateReduction,
} from '../../operators/reduction.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';

export const reductionOperators: WasmOperators<'sum' | 'mean' | 'max' | 'argmax'> = {
  sum: (core, x, options) => total(core, 'sum', x, options),
  mean: (core, x, options) => total(core, 'mean', x, options),
  max(core, x, options) {
    const plan = validateReduction(core, 'max', x, options);
    return core.run('max', (task) => {
      const y = task.result('float32', plan.shape);
      inPasses(task, plan, address(x), y.address, (pass, from, to) => largest(task, pass, from, to));
      return y;
    });
  },
  argmax(core, x, options) {
    const { shape, passes } = validateArgmax(core, x, options);
    return core.run('argmax', (task) => {
      const y = task.result('int32', shape);
      // One axis or all of them: one pass.
      const { outer, length, inner } = passes[0] as ReductionPass;
      const top = task.workspace(4 * outer * inner);
      largest(task, { outer, length, inner }, address(x), top);
      if (inner === 1) {
        task.split('argmaxRows', outer, { cost: length }, [length, address(x), top, y.address]);
      } else {
        const items = outer * Math.ceil(inner / panel);
        const cost = length * Math.min(inner, panel);
        task.split('argmaxColumns', items, { cost }, [length, inner, address(x), top, y.address]);
      }
      return y;
    });
  },
};

/** Elements of a block of a row, rows of a block of a matrix, columns of a panel: they fix the order of a sum. */
const rowBlock = 16384;
const columnBlock = 1024;
const panel = 1024;

function total(core: WasmCore, fn: 'sum' | 'mean', x: Tensor, options?: ReductionOptions): Tensor {
  const plan = validateReduction(core, fn, x, options);
  return core.run(fn, (task) => {
    const y = task.result('float32', plan.shape);
    const divisor = fn === 'mean' ? plan.count : 1;
    if (x.size === 0) y.view().fill(0 / divisor);
    else {
      inPasses(task, plan, address(x), y.address, (pass, from, to, isLast) =>
        sum(task, pass, from, to, isLast ? divisor : 1),
      );
    }
    return y;
  });
}

/** Runs the passes, each from the result of the one before, the last one into `y`. */
function inPasses(
  task: Task,
  { passes }: ReductionPlan,
  x: number,
  y: number,
  run: (pass: ReductionPass, from: number, to: number, isLast: boolean) => void,
): void {
  let from = x;
  passes.forEach((pass, index) => {
    const isLast = index === passes.length - 1;
    const to = isLast ? y : task.workspace(4 * pass.outer * pass.inner);
    run(pass, from, to, isLast);
    from = to;
  });
}

/** to = the sum over the middle axis, divided. Workspace: 8 bytes for each block of each result. */
function sum(task: Task, { outer, length, inner }: ReductionPass, from: number, to: number, divisor: number): void {
  const block = inner === 1 ? rowBlock : columnBlock;
  const blocks = Math.ceil(length / block);
  const partial = task.workspace(8 * outer * blocks * inner);
  if (inner === 1) {
    task.split('sumBlocks', outer * blocks, { cost: Math.min(length, block) }, [length, blocks, block, from, partial]);
  } else {
    const items = outer * blocks * Math.ceil(inner / panel);
    const cost = Math.min(length, block) * Math.min(inner, panel);
    task.split('sumColumns', items, { cost }, [length, inner, blocks, block, from, partial]);
  }
  task.split('sumPartials', outer * inner, { cost: blocks, multiple: 16 }, [blocks, inner, divisor, partial, to]);
}

/** to = the maximum over the middle axis, of blocks first if there are several. */
function largest(task: Task, { outer, length, inner }: ReductionPass, from: number, to: number): void {
  const block = inner === 1 ? rowBlock : columnBlock;
  const blocks = Math.ceil(length / block);
  const at = blocks > 1 ? task.workspace(4 * outer * blocks * inner) : to;
  if (inner === 1) {
    task.split('maxBlocks', outer * blocks, { cost: Math.min(length, block) }, [length, blocks, block, from, at]);
  } else {
    const items = outer * blocks * Math.ceil(inner / panel);
    const cost = Math.min(length, block) * Math.min(inner, panel);
    task.split('maxColumns', items, { cost }, [length, inner, blocks, block, from, at]);
  }
  if (blocks > 1) largest(task, { outer, length: blocks, inner }, at, to);
}
