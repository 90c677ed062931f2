import type { Tensor } from '../../backend.js';
import { validateSoftmax, validateSoftmaxGradient } from '../../operators/softmax.js';
import { address, type WasmCore, type WasmOperators } from '../core.js';

type Names = 'softmax' | 'logSoftmax' | 'logSumExp' | 'softmaxGradient' | 'logSoftmaxGradient';

/** Work of one element of an exponential, in multiply-adds. */
const exponential = 8;

export const softmaxOperators: WasmOperators<Names> = {
  softmax: (core, x) => forward(core, 'softmax', x, true),
  logSoftmax: (core, x) => forward(core, 'logSoftmax', x, true),
  logSumExp: (core, x) => forward(core, 'logSumExp', x, false),
  softmaxGradient: (core, y, dy) => backward(core, 'softmaxGradient', y, dy),
  logSoftmaxGradient: (core, y, dy) => backward(core, 'logSoftmaxGradient', y, dy),
};

function forward(core: WasmCore, fn: 'softmax' | 'logSoftmax' | 'logSumExp', x: Tensor, keepsColumns: boolean): Tensor {
  const { rows, columns } = validateSoftmax(core, x, fn);
  return core.run(fn, ({ result, split }) => {
    const y = result('float32', keepsColumns ? x.shape : x.shape.slice(0, -1));
    split(fn, rows, { cost: exponential * columns + 8 }, [columns, address(x), y.address]);
    return y;
  });
}

function backward(core: WasmCore, fn: 'softmaxGradient' | 'logSoftmaxGradient', y: Tensor, dy: Tensor): Tensor {
  const { rows, columns } = validateSoftmaxGradient(core, fn, y, dy);
  return core.run(fn, ({ result, split }) => {
    const dx = result('float32', y.shape);
    split(fn, rows, { cost: 4 * columns + 8 }, [columns, address(y), address(dy), dx.address]);
    return dx;
  });
}
