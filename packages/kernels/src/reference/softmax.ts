import { type RowPlan, validateSoftmax, validateSoftmaxGradient } from '../operators/softmax.js';
import { type ReferenceOperators, values } from './core.js';

export const softmaxOperators: ReferenceOperators<
  'softmax' | 'logSoftmax' | 'logSumExp' | 'softmaxGradient' | 'logSoftmaxGradient'
> = {
  softmax(core, x) {
    const plan = validateSoftmax(core, x);
    const y = core.result('float32', x.shape);
    softmax(plan, values(x), values(y));
    return y;
  },
  logSoftmax(core, x) {
    const plan = validateSoftmax(core, x, 'logSoftmax');
    const y = core.result('float32', x.shape);
    logSoftmax(plan, values(x), values(y));
    return y;
  },
  logSumExp(core, x) {
    const plan = validateSoftmax(core, x, 'logSumExp');
    const y = core.result('float32', plan.leading);
    logSumExp(plan, values(x), values(y));
    return y;
  },
  softmaxGradient(core, y, dy) {
    const plan = validateSoftmaxGradient(core, y, dy, 'softmaxGradient');
    const dx = core.result('float32', y.shape);
    softmaxGradient(plan, values(y), values(dy), values(dx));
    return dx;
  },
  logSoftmaxGradient(core, y, dy) {
    const plan = validateSoftmaxGradient(core, y, dy, 'logSoftmaxGradient');
    const dx = core.result('float32', y.shape);
    logSoftmaxGradient(plan, values(y), values(dy), values(dx));
    return dx;
  },
};

/** The largest of x[start, end), NaN if any is NaN, and sum exp(x[i] - largest). x [rows, columns] */
function normaliser(x: Float32Array, start: number, end: number): { largest: number; sum: number } {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < end; i++) largest = Math.max(largest, x[i] as number);
  let sum = 0;
  for (let i = start; i < end; i++) sum += Math.exp((x[i] as number) - largest);
  return { largest, sum };
}

/** y[i] = exp(x[i] - max) / sum exp(x[j] - max) for each row, in float64. x, y [rows, columns]. */
function softmax({ rows, columns }: RowPlan, x: Float32Array, y: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    const { largest, sum } = normaliser(x, start, end);
    for (let i = start; i < end; i++) y[i] = Math.exp((x[i] as number) - largest) / sum;
  }
}

/** y[i] = x[i] - max - log sum exp(x[j] - max) for each row, in float64. x, y [rows, columns]. */
function logSoftmax({ rows, columns }: RowPlan, x: Float32Array, y: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    const { largest, sum } = normaliser(x, start, end);
    for (let i = start; i < end; i++) y[i] = (x[i] as number) - largest - Math.log(sum);
  }
}

/** y[row] = max + log sum exp(x[j] - max), or an infinite maximum itself, in float64. x [rows, columns], y [rows]. */
function logSumExp({ rows, columns }: RowPlan, x: Float32Array, y: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const { largest, sum } = normaliser(x, row * columns, (row + 1) * columns);
    y[row] = Math.abs(largest) === Number.POSITIVE_INFINITY ? largest : largest + Math.log(sum);
  }
}

/** dx[i] = y[i] (dy[i] - sum y[j] dy[j]) for each row, in float64. y, dy, dx [rows, columns]. */
function softmaxGradient({ rows, columns }: RowPlan, y: Float32Array, dy: Float32Array, dx: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    let dot = 0;
    for (let i = start; i < end; i++) dot += (y[i] as number) * (dy[i] as number);
    for (let i = start; i < end; i++) dx[i] = (y[i] as number) * ((dy[i] as number) - dot);
  }
}

/** dx[i] = dy[i] - exp(y[i]) sum dy[j] for each row, in float64. y, dy, dx [rows, columns]. */
function logSoftmaxGradient({ rows, columns }: RowPlan, y: Float32Array, dy: Float32Array, dx: Float32Array): void {
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * columns, (row + 1) * columns];
    let sum = 0;
    for (let i = start; i < end; i++) sum += dy[i] as number;
    for (let i = start; i < end; i++) dx[i] = (dy[i] as number) - Math.exp(y[i] as number) * sum;
  }
}
