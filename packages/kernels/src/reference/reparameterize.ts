import { validateReparameterize, validateReparameterizeGradients } from '../operators/reparameterize.js';
import { type ReferenceOperators, values } from './core.js';

export const reparameterizeOperators: ReferenceOperators<'reparameterize' | 'reparameterizeGradients'> = {
  reparameterize(core, mean, logvar, noise) {
    validateReparameterize(core, mean, logvar, noise);
    const z = core.result('float32', mean.shape);
    const [m, lv, eps] = [values(mean), values(logvar), values(noise)];
    values(z).set(m.map((value, i) => value + Math.exp((lv[i] as number) / 2) * (eps[i] as number)));
    return z;
  },
  reparameterizeGradients(core, dz, logvar, noise) {
    validateReparameterizeGradients(core, dz, logvar, noise);
    const gradients = { mean: core.result('float32', dz.shape), logvar: core.result('float32', dz.shape) };
    const [d, lv, eps] = [values(dz), values(logvar), values(noise)];
    values(gradients.mean).set(d);
    values(gradients.logvar).set(
      d.map((value, i) => value * 0.5 * Math.exp((lv[i] as number) / 2) * (eps[i] as number)),
    );
    return gradients;
  },
};
