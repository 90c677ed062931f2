import { validateSoftmax } from '../../operators/softmax.js';
import { address, type WasmOperators } from '../core.js';

export const softmaxOperators: WasmOperators<'softmax'> = {
  softmax(core, x) {
    const { rows, columns } = validateSoftmax(core, x);
    return core.run('softmax', ({ result, split }) => {
      const y = result('float32', x.shape);
      split('softmax', rows, { cost: 8 * columns }, [columns, address(x), y.address]);
      return y;
    });
  },
};
