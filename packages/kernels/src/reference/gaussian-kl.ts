import { type GaussianKlResult, validateGaussianKl } from '../operators/gaussian-kl.js';
import { type ReferenceOperators, values } from './core.js';

export const gaussianKlOperators: ReferenceOperators<'gaussianKl'> = {
  gaussianKl(core, mean, logvar, options) {
    const { shape, rows, columns, summed, gradient } = validateGaussianKl(core, mean, logvar, options);
    const result: GaussianKlResult = { divergence: core.result('float32', shape) };
    const [m, lv] = [values(mean), values(logvar)];
    const each = Float64Array.from(m, (value, i) => (value ** 2 + remainder(lv[i] as number)) / 2);
    const divergence = values(result.divergence);
    if (summed) {
      for (let row = 0; row < rows; row++) {
        divergence[row] = each.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, 0);
      }
    } else {
      divergence.set(each);
    }
    if (gradient) {
      result.dMean = core.result('float32', mean.shape);
      result.dLogvar = core.result('float32', mean.shape);
      values(result.dMean).set(m);
      values(result.dLogvar).set(lv.map((value) => Math.expm1(value) / 2));
    }
    return result;
  },
};

/** e^x - 1 - x, near 0 by its series, as the difference would cancel. */
function remainder(x: number): number {
  if (Math.abs(x) > 0.01) return Math.expm1(x) - x;
  return ((x * x) / 2) * (1 + (x / 3) * (1 + (x / 4) * (1 + (x / 5) * (1 + (x / 6) * (1 + x / 7)))));
}
