import { validateSoftmax } from '../../operators/softmax.js';
import { address, type WasmOperators } from '../core.js';
import { rowGrain } from '../grain.js';

export const softmaxOperators: WasmOperators<'softmax'> = {
  softmax(core, x) {
    const { rows, columns } = validateSoftmax(core, x);
    return core.run('softmax', ({ result, parallel }) => {
      const y = result('float32', x.shape);
      parallel('softmax', rows, rowGrain(columns), [columns, address(x), y.address]);
      return y;
    });
  },
};
