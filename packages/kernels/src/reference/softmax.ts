import { validateSoftmax, validateSoftmaxGradient } from '../operators/softmax.js';
import { type ReferenceOperators, values } from './core.js';

type Names = 'softmax' | 'logSoftmax' | 'logSumExp' | 'softmaxGradient' | 'logSoftmaxGradient';

export const softmaxOperators: ReferenceOperators<Names> = {
  softmax(core, x) {
    const { rows, columns } = validateSoftmax(core, x);
    const y = core.result('float32', x.shape);
    for (let row = 0; row < rows; row++) {
      const [from, to] = [x, y].map((tensor) => rowOf(values(tensor), row, columns)) as [Float32Array, Float32Array];
      const { largest, sum } = statistics(from);
      for (let i = 0; i < columns; i++) to[i] = Math.exp((from[i] as number) - largest) / sum;
    }
    return y;
  },

  logSoftmax(core, x) {
    const { rows, columns } = validateSoftmax(core, x, 'logSoftmax');
    const y = core.result('float32', x.shape);
    for (let row = 0; row < rows; row++) {
      const [from, to] = [x, y].map((tensor) => rowOf(values(tensor), row, columns)) as [Float32Array, Float32Array];
      const { largest, sum } = statistics(from);
      for (let i = 0; i < columns; i++) to[i] = (from[i] as number) - largest - Math.log(sum);
    }
    return y;
  },

  logSumExp(core, x) {
    const { rows, columns } = validateSoftmax(core, x, 'logSumExp');
    const y = core.result('float32', x.shape.slice(0, -1));
    for (let row = 0; row < rows; row++) {
      const from = rowOf(values(x), row, columns);
      const { largest, sum } = statistics(from);
      const infinite = Math.abs(largest) === Number.POSITIVE_INFINITY;
      values(y)[row] = infinite ? largest : largest + Math.log(sum);
    }
    return y;
  },

  softmaxGradient(core, y, dy) {
    const { columns } = validateSoftmaxGradient(core, 'softmaxGradient', y, dy);
    const dx = core.result('float32', y.shape);
    const [probability, slope, result] = [values(y), values(dy), values(dx)];
    forEachRow(y.size, columns, (start, end) => {
      let mean = 0;
      for (let i = start; i < end; i++) mean += (probability[i] as number) * (slope[i] as number);
      for (let i = start; i < end; i++) result[i] = (probability[i] as number) * ((slope[i] as number) - mean);
    });
    return dx;
  },

  logSoftmaxGradient(core, y, dy) {
    const { columns } = validateSoftmaxGradient(core, 'logSoftmaxGradient', y, dy);
    const dx = core.result('float32', y.shape);
    const [logProbability, slope, result] = [values(y), values(dy), values(dx)];
    forEachRow(y.size, columns, (start, end) => {
      let sum = 0;
      for (let i = start; i < end; i++) sum += slope[i] as number;
      for (let i = start; i < end; i++) result[i] = (slope[i] as number) - Math.exp(logProbability[i] as number) * sum;
    });
    return dx;
  },
};

const rowOf = (array: Float32Array, row: number, columns: number): Float32Array =>
  array.subarray(row * columns, (row + 1) * columns);

function forEachRow(size: number, columns: number, visit: (start: number, end: number) => void): void {
  for (let start = 0; start < size; start += columns) visit(start, start + columns);
}

/** The largest entry (NaN if any is) and the sum of exp(x - largest), in float64. */
function statistics(x: Float32Array): { largest: number; sum: number } {
  const largest = x.reduce((top, value) => Math.max(top, value), Number.NEGATIVE_INFINITY);
  const sum = x.reduce((total, value) => total + Math.exp(value - largest), 0);
  return { largest, sum };
}
