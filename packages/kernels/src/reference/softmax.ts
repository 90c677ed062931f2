import { validateSoftmax } from '../operators/softmax.js';
import { type ReferenceOperators, values } from './core.js';

export const softmaxOperators: ReferenceOperators<'softmax'> = {
  softmax(core, x) {
    const { rows, columns } = validateSoftmax(core, x);
    const y = core.result('float32', x.shape);
    softmax(rows, columns, values(x), values(y));
    return y;
  },
};

/** y[i] = exp(x[i] - max) / sum exp(x[j] - max) for each row, in float64. x, y [rows, columns]. */
function softmax(rows: number, columns: number, x: Float32Array, y: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < start + columns; i++) largest = Math.max(largest, x[i] as number);
    let sum = 0;
    for (let i = start; i < start + columns; i++) sum += Math.exp((x[i] as number) - largest);
    for (let i = start; i < start + columns; i++) y[i] = Math.exp((x[i] as number) - largest) / sum;
  }
}
