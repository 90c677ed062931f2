import { type BernoulliLogitsResult, validateBernoulliLogits } from '../../operators/bernoulli-logits.js';
import { address, type WasmOperators } from '../core.js';

export const bernoulliLogitsOperators: WasmOperators<'bernoulliLogits'> = {
  bernoulliLogits(core, x, logits, options) {
    const { rows, columns, gradient } = validateBernoulliLogits(core, x, logits, options);
    return core.run('bernoulliLogits', ({ result, split }) => {
      const made: BernoulliLogitsResult = { logLikelihood: result('float32', [rows]) };
      if (gradient) made.gradient = result('float32', x.shape);
      const tensors = [x, logits, made.logLikelihood, made.gradient].map(address);
      split('bernoulliLogits', rows, { cost: 40 * columns }, [columns, ...tensors]);
      return made;
    });
  },
};
