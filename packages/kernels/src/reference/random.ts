import {
  type RandomPlan,
  validateRandomBernoulli,
  validateRandomNormal,
  validateRandomPermutation,
  validateRandomUniform,
} from '../operators/random.js';
import { type ReferenceOperators, values } from './core.js';
import { multiply, randomWords } from './philox.js';

export const randomOperators: ReferenceOperators<
  'randomUniform' | 'randomNormal' | 'randomBernoulli' | 'randomPermutation'
> = {
  randomUniform(core, shape, options) {
    const { least, width, top, ...plan } = validateRandomUniform(core, shape, options);
    const y = core.result('float32', shape);
    randomWords(plan, plan.offset, plan.size).forEach((word, i) => {
      const u = (word >>> 8) / 2 ** 24;
      values(y)[i] = Math.min(top, Math.fround(least + Math.fround(width * u)));
    });
    return y;
  },
  randomNormal(core, shape, options) {
    const { mean, deviation, ...plan } = validateRandomNormal(core, shape, options);
    const y = core.result('float32', shape);
    const z = standardNormal(plan);
    for (let i = 0; i < plan.size; i++) values(y)[i] = mean + deviation * (z[i] as number);
    return y;
  },
  randomBernoulli(core, shape, options) {
    const { probability, ...plan } = validateRandomBernoulli(core, shape, options);
    const y = core.result('bool', shape);
    const each = typeof probability === 'number' ? undefined : values(probability);
    randomWords(plan, plan.offset, plan.size).forEach((word, i) => {
      const p = each ? (each[i] as number) : (probability as number);
      values(y, 'bool')[i] = Number(word < Math.floor(p * 2 ** 32));
    });
    return y;
  },
  randomPermutation(core, n, options) {
    const plan = validateRandomPermutation(core, n, options);
    const y = core.result('int32', [n]);
    shuffle(plan, values(y, 'int32'));
    return y;
  },
};

/** Box and Muller's method in float64, on the pairs of words that hold the plan's positions. */
function standardNormal(plan: RandomPlan): Float64Array {
  const skipped = Number(plan.offset & 1n);
  const words = randomWords(plan, plan.offset - BigInt(skipped), plan.size + 2);
  return Float64Array.from({ length: plan.size }, (_, i) => {
    const position = i + skipped;
    const even = position - (position % 2);
    const radius = Math.sqrt(-2 * Math.log(((words[even] as number) + 0.5) / 2 ** 32));
    const quarters = (words[even + 1] as number) / 2 ** 30;
    return radius * cosineOfQuarters(position % 2 ? quarters - 1 : quarters);
  });
}

/** cos(pi x / 2), with full relative accuracy near its zeros: by symmetry the angle is at most pi / 4. */
function cosineOfQuarters(x: number): number {
  const nearest = Math.round(x);
  const rest = ((x - nearest) * Math.PI) / 2;
  const [sine, cosine] = [Math.sin(rest), Math.cos(rest)];
  return [cosine, -sine, -cosine, sine][(nearest + 4) % 4] as number;
}

/** y becomes a permutation of 0 to its length - 1: Fisher and Yates' shuffle, inside out. */
function shuffle(plan: RandomPlan, y: Int32Array): void {
  let words = randomWords(plan, plan.offset, y.length);
  let taken = 0;
  let next = 0;
  for (let i = 1; i < y.length; i++) {
    const bound = i + 1;
    const surplus = 2 ** 32 % bound;
    let high = 0;
    let low = 0;
    do {
      if (next === words.length) {
        taken += next;
        words = randomWords(plan, plan.offset + BigInt(taken), 64);
        next = 0;
      }
      [high, low] = multiply(words[next++] as number, bound);
    } while (low < surplus);
    y[i] = y[high] as number;
    y[high] = i;
  }
}
