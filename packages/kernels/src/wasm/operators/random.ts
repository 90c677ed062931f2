import {
  type RandomPlan,
  validateRandomBernoulli,
  validateRandomNormal,
  validateRandomPermutation,
  validateRandomUniform,
} from '../../operators/random.js';
import { address, type WasmOperators } from '../core.js';

// Workspace: 64 bytes a thread, 128 for randomBernoulli.

export const randomOperators: WasmOperators<
  'randomUniform' | 'randomNormal' | 'randomBernoulli' | 'randomPermutation'
> = {
  randomUniform(core, shape, options) {
    const { least, width, top, ...plan } = validateRandomUniform(core, shape, options);
    return core.run('randomUniform', ({ result, split }) => {
      const y = result('float32', shape);
      const args = [...position(plan), least, width, top, y.address];
      split('randomUniform', groups(plan), { ...cut, cost: 80, workspace: 64 }, args);
      return y;
    });
  },
  randomNormal(core, shape, options) {
    const { mean, deviation, ...plan } = validateRandomNormal(core, shape, options);
    return core.run('randomNormal', ({ result, split }) => {
      const y = result('float32', shape);
      const args = [...position(plan), mean, deviation, y.address];
      split('randomNormal', groups(plan), { ...cut, cost: 160, workspace: 64 }, args);
      return y;
    });
  },
  randomBernoulli(core, shape, options) {
    const { probability, ...plan } = validateRandomBernoulli(core, shape, options);
    return core.run('randomBernoulli', ({ result, split }) => {
      const y = result('bool', shape);
      const [p, each] = typeof probability === 'number' ? [probability, undefined] : [0, probability];
      const args = [...position(plan), Math.floor(p * 2 ** 32), p < 1 ? 0 : 1, address(each), y.address];
      split('randomBernoulli', groups(plan), { ...cut, cost: 80, workspace: 128 }, args);
      return y;
    });
  },
  randomPermutation(core, n, options) {
    const plan = validateRandomPermutation(core, n, options);
    return core.run('randomPermutation', ({ kernels, result, workspace }) => {
      const y = result('int32', [n]);
      kernels.randomPermutation(...position(plan), y.address, workspace(64));
      return y;
    });
  },
};

/** Ranges of groups begin at a cache line of even a bool result. */
const cut = { multiple: 4 } as const;

/** Position of the first element in its group of sixteen. */
const shift = ({ offset }: RandomPlan): number => Number(offset & 15n);

/** Groups of sixteen positions that hold the result. */
const groups = (plan: RandomPlan): number => (plan.size === 0 ? 0 : Math.ceil((shift(plan) + plan.size) / 16));

/** The first arguments of every random kernel: count, shift, then group, stream and seed in halves. */
function position(plan: RandomPlan): [number, number, number, number, number, number, number, number] {
  const group = plan.offset >> 4n;
  return [
    ...[plan.size, shift(plan)],
    ...[Number(group & 0xffffffffn), Number(group >> 32n)],
    ...plan.stream,
    ...plan.seed,
  ] as ReturnType<typeof position>;
}
