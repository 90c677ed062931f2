import { validateSoftmax } from '../../operators/softmax.js';
import { address, type WasmOperators } from '../core.js';

export const softmaxOperators: WasmOperators<'softmax'> = {
  softmax(core, x) {
    const { rows, columns } = validateSoftmax(core, x);
    return core.run('softmax', ({ kernels, result }) => {
      const y = result('float32', x.shape);
      kernels.softmax(0, rows, columns, address(x), y.address);
      return y;
    });
  },
};
