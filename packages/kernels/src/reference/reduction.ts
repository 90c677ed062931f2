import type { Tensor } from '../backend.js';
import { type ReductionPlan, validateArgmax, validateReduction } from '../operators/reduction.js';
import { type ReferenceOperators, values } from './core.js';

export const reductionOperators: ReferenceOperators<'sum' | 'mean' | 'max' | 'argmax'> = {
  sum(core, x, options) {
    const plan = validateReduction(core, 'sum', x, options);
    const y = core.result('float32', plan.shape);
    values(y).set(sums(x, plan));
    return y;
  },
  mean(core, x, options) {
    const plan = validateReduction(core, 'mean', x, options);
    const y = core.result('float32', plan.shape);
    values(y).set(sums(x, plan).map((sum) => sum / plan.count));
    return y;
  },
  max(core, x, options) {
    const plan = validateReduction(core, 'max', x, options);
    const y = core.result('float32', plan.shape);
    const [from, to] = [values(x), values(y).fill(Number.NEGATIVE_INFINITY)];
    forEachElement(x, plan, (i, at) => {
      to[at] = Math.max(to[at] as number, from[i] as number);
    });
    return y;
  },
  argmax(core, x, options) {
    const plan = validateArgmax(core, x, options);
    const y = core.result('int32', plan.shape);
    const [from, to] = [values(x), values(y, 'int32')];
    const largest = new Float64Array(y.size).fill(Number.NaN);
    const seen = new Int32Array(y.size);
    forEachElement(x, plan, (i, at) => {
      const [value, top] = [from[i] as number, largest[at] as number];
      // The first counts, then what is larger than all before, NaN the largest.
      if (seen[at] === 0 || value > top || (Number.isNaN(value) && !Number.isNaN(top))) {
        largest[at] = value;
        to[at] = seen[at] as number;
      }
      seen[at] = (seen[at] as number) + 1;
    });
    return y;
  },
};

function sums(x: Tensor, plan: ReductionPlan): Float64Array {
  const from = values(x);
  const totals = new Float64Array(plan.shape.reduce((size, length) => size * length, 1));
  forEachElement(x, plan, (i, at) => {
    totals[at] = (totals[at] as number) + (from[i] as number);
  });
  return totals;
}

/** Visits the elements of x in row-major order, with the index of the element of the result that each goes into. */
function forEachElement(x: Tensor, { reduced }: ReductionPlan, visit: (i: number, at: number) => void): void {
  for (let i = 0; i < x.size; i++) {
    let rest = i;
    let stride = 1;
    let at = 0;
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      const length = x.shape[axis] as number;
      if (!reduced[axis]) {
        at += (rest % length) * stride;
        stride *= length;
      }
      rest = Math.floor(rest / length);
    }
    visit(i, at);
  }
}
