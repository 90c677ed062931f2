import { type BernoulliLogitsResult, validateBernoulliLogits } from '../../operators/bernoulli-logits.js';
import { address, type WasmOperators } from '../core.js';

export const bernoulliLogitsOperators: WasmOperators<'bernoulliLogits'> = {
  bernoulliLogits(core, x, logits, options) {
    const { rows, columns, gradient } = validateBernoulliLogits(core, x, logits, options);
    return core.run('bernoulliLogits', ({ kernels, result }) => {
      const made: BernoulliLogitsResult = { logLikelihood: result('float32', [rows]) };
      if (gradient) made.gradient = result('float32', x.shape);
      const [sums, slopes] = [address(made.logLikelihood), address(made.gradient)];
      kernels.bernoulliLogits(0, rows, columns, address(x), address(logits), sums, slopes);
      return made;
    });
  },
};
