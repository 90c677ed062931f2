import { type GaussianKlResult, validateGaussianKl } from '../../operators/gaussian-kl.js';
import { address, type WasmOperators } from '../core.js';

export const gaussianKlOperators: WasmOperators<'gaussianKl'> = {
  gaussianKl(core, mean, logvar, options) {
    const { shape, rows, columns, summed, gradient } = validateGaussianKl(core, mean, logvar, options);
    return core.run('gaussianKl', ({ result, split }) => {
      const made: GaussianKlResult = { divergence: result('float32', shape) };
      if (gradient) {
        made.dMean = result('float32', mean.shape);
        made.dLogvar = result('float32', mean.shape);
      }
      const tensors = [mean, logvar, made.divergence, made.dMean, made.dLogvar].map(address);
      if (summed) split('gaussianKlRows', rows, { cost: 40 * columns }, [columns, ...tensors]);
      else split('gaussianKl', rows * columns, { cost: 40, multiple: 1024 }, tensors);
      return made;
    });
  },
};
