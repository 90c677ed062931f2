import { type GaussianNllResult, validateGaussianNll } from '../../operators/gaussian-nll.js';
import { address, type WasmOperators } from '../core.js';

/** Rows whose gradients for a shared log variance are summed together in float32. */
const sharedRows = 32;

export const gaussianNllOperators: WasmOperators<'gaussianNll'> = {
  // Workspace for a shared log variance: 8 E bytes, with gradients 4 E more for every 32 rows.
  gaussianNll(core, x, mean, logvar, options) {
    const { rows, columns, sharing, gradient } = validateGaussianNll(core, x, mean, logvar, options);
    return core.run('gaussianNll', ({ kernels, result, split, workspace }) => {
      const made: GaussianNllResult = { nll: result('float32', [rows]) };
      if (gradient) {
        made.dMean = result('float32', x.shape);
        made.dLogvar = result('float32', logvar.shape);
      }
      const [ofX, ofMean, ofNll, ofDMean] = [x, mean, made.nll, made.dMean].map(address) as [
        number,
        number,
        number,
        number,
      ];
      const cost = 40 * columns;
      if (sharing === 'none') {
        const ends = [0, ofNll, ofDMean, address(made.dLogvar)];
        split('gaussianNll', rows, { cost }, [rows, columns, 1, ofX, ofMean, address(logvar), ...ends]);
        return made;
      }
      const row = workspace(8 * columns);
      const weight = row + 4 * columns;
      kernels.gaussianNllShared(columns, sharing === 'all' ? 1 : 0, address(logvar), row, weight);
      const blockRows = gradient ? sharedRows : 1;
      const blocks = Math.ceil(rows / blockRows);
      const partial = gradient ? workspace(4 * blocks * columns) : 0;
      const ends = [weight, ofNll, ofDMean, partial];
      split('gaussianNll', blocks, { cost: cost * blockRows }, [rows, columns, blockRows, ofX, ofMean, row, ...ends]);
      if (gradient) {
        const to = address(made.dLogvar);
        // One log variance for all: every partial sum is a block of one column.
        if (sharing === 'all') kernels.sumNllBlocks(0, 1, blocks * columns, 1, partial, to);
        else split('sumNllBlocks', columns, { cost: blocks, multiple: 16 }, [blocks, columns, partial, to]);
      }
      return made;
    });
  },
};
