import { type GaussianNllResult, validateGaussianNll } from '../operators/gaussian-nll.js';
import { type ReferenceOperators, values } from './core.js';

export const gaussianNllOperators: ReferenceOperators<'gaussianNll'> = {
  gaussianNll(core, x, mean, logvar, options) {
    const { rows, columns, sharing, gradient } = validateGaussianNll(core, x, mean, logvar, options);
    const result: GaussianNllResult = { nll: core.result('float32', [rows]) };
    const [target, m, lv] = [values(x), values(mean), values(logvar)];
    const dMean = new Float64Array(x.size);
    const dLogvar = new Float64Array(logvar.size);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        const i = row * columns + column;
        const shared = { none: i, batch: column, all: 0 }[sharing];
        const residual = (m[i] as number) - (target[i] as number);
        const logVariance = lv[shared] as number;
        const precision = Math.exp(-logVariance);
        sum += Math.log(2 * Math.PI) + logVariance + residual ** 2 * precision;
        dMean[i] = residual * precision;
        dLogvar[shared] = (dLogvar[shared] as number) + (1 - residual ** 2 * precision) / 2;
      }
      values(result.nll)[row] = sum / 2;
    }
    if (gradient) {
      result.dMean = core.result('float32', x.shape);
      result.dLogvar = core.result('float32', logvar.shape);
      values(result.dMean).set(dMean);
      values(result.dLogvar).set(dLogvar);
    }
    return result;
  },
};
