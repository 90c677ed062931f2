import { validateReparameterize, validateReparameterizeGradients } from '../../operators/reparameterize.js';
import { address, type WasmOperators } from '../core.js';

export const reparameterizeOperators: WasmOperators<'reparameterize' | 'reparameterizeGradients'> = {
  reparameterize(core, mean, logvar, noise) {
    validateReparameterize(core, mean, logvar, noise);
    return core.run('reparameterize', ({ result, split }) => {
      const z = result('float32', mean.shape);
      const tensors = [mean, logvar, noise, z].map(address);
      split('reparameterize', mean.size, { cost: 20, multiple: 1024 }, tensors);
      return z;
    });
  },
  reparameterizeGradients(core, dz, logvar, noise) {
    validateReparameterizeGradients(core, dz, logvar, noise);
    return core.run('reparameterizeGradients', ({ result, split }) => {
      const gradients = { mean: result('float32', dz.shape), logvar: result('float32', dz.shape) };
      const tensors = [dz, logvar, noise, gradients.mean, gradients.logvar].map(address);
      split('reparameterizeGradients', dz.size, { cost: 20, multiple: 1024 }, tensors);
      return gradients;
    });
  },
};
