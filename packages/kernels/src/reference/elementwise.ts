import type { Tensor } from '../backend.js';
import { validateAxpy, validateBroadcast, validateScale } from '../operators/elementwise.js';
import { type ReferenceCore, type ReferenceOperators, values } from './core.js';

// float64 holds more than twice the digits of float32, so rounding its sums, products and quotients gives the float32 ones.

type Names = 'add' | 'subtract' | 'multiply' | 'divide' | 'scale' | 'axpy';

export const elementwiseOperators: ReferenceOperators<Names> = {
  add: (core, a, b) => combine(core, 'add', a, b, (p, q) => p + q),
  subtract: (core, a, b) => combine(core, 'subtract', a, b, (p, q) => p - q),
  multiply: (core, a, b) => combine(core, 'multiply', a, b, (p, q) => p * q),
  divide: (core, a, b) => combine(core, 'divide', a, b, (p, q) => p / q),
  scale(core, x, factor) {
    validateScale(core, x, factor);
    const y = core.result('float32', x.shape);
    const [from, to] = [values(x), values(y)];
    for (let i = 0; i < x.size; i++) to[i] = Math.fround(factor) * (from[i] as number);
    return y;
  },
  axpy(core, alpha, x, y) {
    validateAxpy(core, alpha, x, y);
    const z = core.result('float32', x.shape);
    const [left, right, to] = [values(x), values(y), values(z)];
    for (let i = 0; i < x.size; i++) to[i] = Math.fround(alpha) * (left[i] as number) + (right[i] as number);
    return z;
  },
};

/** The smaller argument repeats: over leading axes that is the index modulo its size. */
function combine(core: ReferenceCore, fn: Names, a: Tensor, b: Tensor, f: (p: number, q: number) => number): Tensor {
  const { shape } = validateBroadcast(core, fn, a, b);
  const y = core.result('float32', shape);
  const [left, right, to] = [values(a), values(b), values(y)];
  for (let i = 0; i < y.size; i++) to[i] = f(left[i % a.size] as number, right[i % b.size] as number);
  return y;
}
