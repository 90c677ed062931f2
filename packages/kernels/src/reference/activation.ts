import type { Tensor } from '../backend.js';
import {
  type ActivationKind,
  validateActivation,
  validateActivationGradient,
  validateGelu,
} from '../operators/activation.js';
import { type ReferenceCore, type ReferenceOperators, values } from './core.js';
import { normalDensity, normalProbability } from './normal-distribution.js';

type Names = 'relu' | 'gelu' | 'silu' | 'tanh' | 'sigmoid' | 'softplus' | 'exp' | 'log' | 'activationGradient';

/** The functions by name, as the epilogue of gemm takes them. */
export const activationFunctions: Record<ActivationKind, (x: number) => number> = {
  relu: (x) => relu(x),
  gelu: (x) => gelu(x),
  geluTanh: (x) => geluTanh(x),
  silu: (x) => silu(x),
  tanh: Math.tanh,
  sigmoid,
  softplus: (x) => softplus(x),
};

export const activationOperators: ReferenceOperators<Names> = {
  relu: (core, x) => checked(core, 'relu', x, relu),
  gelu: (core, x, options) => apply(core, x, validateGelu(core, x, options) === 'gelu' ? gelu : geluTanh),
  silu: (core, x) => checked(core, 'silu', x, silu),
  tanh: (core, x) => checked(core, 'tanh', x, Math.tanh),
  sigmoid: (core, x) => checked(core, 'sigmoid', x, sigmoid),
  softplus: (core, x) => checked(core, 'softplus', x, softplus),
  exp: (core, x) => checked(core, 'exp', x, Math.exp),
  log: (core, x) => checked(core, 'log', x, Math.log),
  activationGradient(core, kind, x, dy) {
    validateActivationGradient(core, kind, x, dy);
    const slope = slopes[kind];
    const [from, upstream] = [values(x), values(dy)];
    const dx = core.result('float32', x.shape);
    const to = values(dx);
    for (let i = 0; i < x.size; i++) {
      const factor = slope(from[i] as number);
      // relu passes nothing on where it is flat, not even 0 Infinity.
      to[i] = kind === 'relu' && factor === 0 ? 0 : factor * (upstream[i] as number);
    }
    return dx;
  },
};

function checked(core: ReferenceCore, fn: string, x: Tensor, f: (x: number) => number): Tensor {
  validateActivation(core, fn, x);
  return apply(core, x, f);
}

function apply(core: ReferenceCore, x: Tensor, f: (x: number) => number): Tensor {
  const y = core.result('float32', x.shape);
  const [from, to] = [values(x), values(y)];
  for (let i = 0; i < x.size; i++) to[i] = f(from[i] as number);
  return y;
}

/** x share, with the limit 0 where the share vanishes and x is infinite. */
const weighted = (x: number, share: number): number => (share === 0 ? 0 : x * share);

const relu = (x: number): number => Math.max(x, 0);

export function sigmoid(x: number): number {
  const decay = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : decay) / (1 + decay);
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const silu = (x: number): number => weighted(x, sigmoid(x));
const gelu = (x: number): number => weighted(x, normalProbability(x));

/** (1 + tanh(v / 2)) / 2 is sigmoid(v), here with v = 2 sqrt(2 / pi) (x + 0.044715 x^3). */
const geluTanh = (x: number): number => weighted(x, sigmoid(twiceInner(x)));
const twiceInner = (x: number): number => Math.sqrt(8 / Math.PI) * (x + 0.044715 * x * x * x);
const twiceInnerSlope = (x: number): number => Math.sqrt(8 / Math.PI) * (1 + 3 * 0.044715 * x * x);

const sigmoidSlope = (x: number): number => sigmoid(x) * sigmoid(-x);

/** The derivative of each activation. */
const slopes: Record<ActivationKind, (x: number) => number> = {
  relu: (x) => (x > 0 ? 1 : x <= 0 ? 0 : Number.NaN),
  gelu: (x) => normalProbability(x) + weighted(x, normalDensity(x)),
  geluTanh: (x) => sigmoid(twiceInner(x)) + weighted(x * twiceInnerSlope(x), sigmoidSlope(twiceInner(x))),
  silu: (x) => sigmoid(x) + weighted(x, sigmoidSlope(x)),
  tanh: (x) => 4 * sigmoidSlope(2 * x),
  sigmoid: sigmoidSlope,
  softplus: sigmoid,
};
