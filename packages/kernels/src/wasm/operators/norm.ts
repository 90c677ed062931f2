import { type LayerNormResult, type RmsNormResult, validateNorm, validateNormGradients } from '../../operators/norm.js';
import { address, type WasmOperators } from '../core.js';

type Names = 'layerNorm' | 'rmsNorm' | 'layerNormGradients' | 'rmsNormGradients';

export const normOperators: WasmOperators<Names> = {
  layerNorm(core, x, options) {
    const { rows, columns, epsilon, returnStatistics } = validateNorm(core, 'layerNorm', x, options);
    return core.run('layerNorm', ({ result, split }) => {
      const made: LayerNormResult = { output: result('float32', x.shape) };
      if (returnStatistics) {
        made.mean = result('float32', x.shape.slice(0, -1));
        made.inverseDeviation = result('float32', x.shape.slice(0, -1));
      }
      const inputs = [x, options?.scale, options?.shift].map(address);
      const outputs = [made.output, made.mean, made.inverseDeviation].map(address);
      split('layerNorm', rows, { cost: 4 * columns + 16 }, [columns, epsilon, ...inputs, ...outputs]);
      return made;
    });
  },

  rmsNorm(core, x, options) {
    const { rows, columns, epsilon, returnStatistics } = validateNorm(core, 'rmsNorm', x, options);
    return core.run('rmsNorm', ({ result, split }) => {
      const made: RmsNormResult = { output: result('float32', x.shape) };
      if (returnStatistics) made.inverseDeviation = result('float32', x.shape.slice(0, -1));
      const tensors = [x, options?.scale, made.output, made.inverseDeviation].map(address);
      split('rmsNorm', rows, { cost: 3 * columns + 16 }, [columns, epsilon, ...tensors]);
      return made;
    });
  },

  layerNormGradients(core, dy, x, statistics, options) {
    const { rows, columns } = validateNormGradients(core, 'layerNormGradients', dy, x, statistics, options);
    return core.run('layerNormGradients', ({ result, split }) => {
      const made = {
        x: result('float32', x.shape),
        scale: result('float32', [columns]),
        shift: result('float32', [columns]),
      };
      const [mean, inverse] = [statistics.mean, statistics.inverseDeviation].map(address) as [number, number];
      const [from, slopes] = [address(x), address(dy)];
      const ofRows = [columns, from, slopes, address(options?.scale), mean, inverse, made.x.address];
      split('layerNormGradient', rows, { cost: 6 * columns + 16 }, ofRows);
      const ofColumns = [rows, columns, from, slopes, mean, inverse, made.scale.address, made.shift.address];
      split('normParameterGradients', columns, { cost: 3 * rows, multiple: 16 }, ofColumns);
      return made;
    });
  },

  rmsNormGradients(core, dy, x, statistics, options) {
    const { rows, columns } = validateNormGradients(core, 'rmsNormGradients', dy, x, statistics, options);
    return core.run('rmsNormGradients', ({ result, split }) => {
      const made = { x: result('float32', x.shape), scale: result('float32', [columns]) };
      const inverse = address(statistics.inverseDeviation);
      const [from, slopes] = [address(x), address(dy)];
      const ofRows = [columns, from, slopes, address(options?.scale), inverse, made.x.address];
      split('rmsNormGradient', rows, { cost: 6 * columns + 16 }, ofRows);
      const ofColumns = [rows, columns, from, slopes, 0, inverse, made.scale.address, 0];
      split('normParameterGradients', columns, { cost: 3 * rows, multiple: 16 }, ofColumns);
      return made;
    });
  },
};
