import { type BernoulliLogitsResult, validateBernoulliLogits } from '../../operators/bernoulli-logits.js';
import { address, type WasmOperators } from '../core.js';
import { rowGrain } from '../grain.js';

export const bernoulliLogitsOperators: WasmOperators<'bernoulliLogits'> = {
  bernoulliLogits(core, x, logits, options) {
    const { rows, columns, gradient } = validateBernoulliLogits(core, x, logits, options);
    return core.run('bernoulliLogits', ({ result, parallel }) => {
      const made: BernoulliLogitsResult = { logLikelihood: result('float32', [rows]) };
      if (gradient) made.gradient = result('float32', x.shape);
      const outputs = [address(made.logLikelihood), address(made.gradient)];
      parallel('bernoulliLogits', rows, rowGrain(columns, 4), [columns, address(x), address(logits), ...outputs]);
      return made;
    });
  },
};
