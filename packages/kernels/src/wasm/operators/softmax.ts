import type { Tensor } from '../../backend.js';
import { type RowPlan, validateSoftmax, validateSoftmaxGradient } from '../../operators/softmax.js';
import { address, type WasmCore, type WasmOperators } from '../core.js';

export const softmaxOperators: WasmOperators<
  'softmax' | 'logSoftmax' | 'logSumExp' | 'softmaxGradient' | 'logSoftmaxGradient'
> = {
  softmax: (core, x) => run(core, 'softmax', x, validateSoftmax(core, x), x.shape),
  logSoftmax: (core, x) => run(core, 'logSoftmax', x, validateSoftmax(core, x, 'logSoftmax'), x.shape),
  logSumExp(core, x) {
    const plan = validateSoftmax(core, x, 'logSumExp');
    return run(core, 'logSumExp', x, plan, plan.leading);
  },
  softmaxGradient: (core, y, dy) => runGradient(core, 'softmaxGradient', y, dy),
  logSoftmaxGradient: (core, y, dy) => runGradient(core, 'logSoftmaxGradient', y, dy),
};

/** [16, 4] float32: four short rows side by side. */
const workspace = 256;

function run(
  core: WasmCore,
  fn: 'softmax' | 'logSoftmax' | 'logSumExp',
  x: Tensor,
  { rows, columns }: RowPlan,
  shape: readonly number[],
): Tensor {
  return core.run(fn, ({ result, split }) => {
    const y = result('float32', shape);
    // Short rows go four at a time.
    split(fn, rows, { cost: 8 * columns, multiple: 4, workspace }, [columns, address(x), y.address]);
    return y;
  });
}

function runGradient(core: WasmCore, fn: 'softmaxGradient' | 'logSoftmaxGradient', y: Tensor, dy: Tensor): Tensor {
  const { rows, columns } = validateSoftmaxGradient(core, y, dy, fn);
  return core.run(fn, ({ result, split }) => {
    const dx = result('float32', y.shape);
    split(fn, rows, { cost: 6 * columns }, [columns, address(y), address(dy), dx.address]);
    return dx;
  });
}
