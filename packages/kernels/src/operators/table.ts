import type { Backend, BackendCore } from '../backend.js';
import { UnsupportedError } from '../errors.js';
import type { ActivationOperators } from './activation.js';
import type { AffineTrajectoriesOperators } from './affine-trajectories.js';
import type { AttentionOperators } from './attention.js';
import type { BernoulliLogitsOperators } from './bernoulli-logits.js';
import type { BilinearTrajectoriesOperators } from './bilinear-trajectories.js';
import type { Conv2dOperators } from './conv2d.js';
import type { DiracTrajectoriesOperators } from './dirac-trajectories.js';
import type { ElementwiseOperators } from './elementwise.js';
import type { GaussianKlOperators } from './gaussian-kl.js';
import type { GaussianNllOperators } from './gaussian-nll.js';
import type { GemmOperators } from './gemm.js';
import type { GruOperators } from './gru.js';
import type { HalfOperators } from './half.js';
import type { LayerNormOperators } from './layer-norm.js';
import type { LstmOperators } from './lstm.js';
import type { OptimizerOperators } from './optimizer.js';
import type { RandomOperators } from './random.js';
import type { ReductionOperators } from './reduction.js';
import type { ReparameterizeOperators } from './reparameterize.js';
import type { RmsNormOperators } from './rms-norm.js';
import type { RnnOperators } from './rnn.js';
import type { SoftmaxOperators } from './softmax.js';

/** Every operator, family by family. */
export interface Operators
  extends ActivationOperators,
    AffineTrajectoriesOperators,
    AttentionOperators,
    BernoulliLogitsOperators,
    BilinearTrajectoriesOperators,
    Conv2dOperators,
    DiracTrajectoriesOperators,
    ElementwiseOperators,
    GaussianKlOperators,
    GaussianNllOperators,
    GemmOperators,
    GruOperators,
    HalfOperators,
    LstmOperators,
    LayerNormOperators,
    RmsNormOperators,
    OptimizerOperators,
    RandomOperators,
    ReductionOperators,
    ReparameterizeOperators,
    RnnOperators,
    SoftmaxOperators {}

/** Names of the operators, as used by `supports` and in error messages. */
export type OperatorName = keyof Operators;

// A record, so that the compiler asks for every name.
const names: Record<OperatorName, true> = {
  gemm: true,
  softmax: true,
  logSoftmax: true,
  logSumExp: true,
  softmaxGradient: true,
  logSoftmaxGradient: true,
  layerNorm: true,
  rmsNorm: true,
  layerNormGradients: true,
  rmsNormGradients: true,
  attention: true,
  attentionGradients: true,
  bernoulliLogits: true,
  bilinearTrajectories: true,
  gaussianKl: true,
  reparameterize: true,
  reparameterizeGradients: true,
  gaussianNll: true,
  sgdStep: true,
  adamStep: true,
  adamwStep: true,
  randomUniform: true,
  randomNormal: true,
  randomBernoulli: true,
  randomPermutation: true,
  relu: true,
  gelu: true,
  silu: true,
  tanh: true,
  sigmoid: true,
  softplus: true,
  exp: true,
  log: true,
  activationGradient: true,
  conv2d: true,
  conv2dGradients: true,
  conv2dTranspose: true,
  conv2dTransposeGradients: true,
  rnnStep: true,
  rnnStepGradients: true,
  gruStep: true,
  gruStepGradients: true,
  lstmStep: true,
  lstmStepGradients: true,
  affineTrajectories: true,
  diracTrajectories: true,
  add: true,
  subtract: true,
  multiply: true,
  divide: true,
  scale: true,
  axpy: true,
  sum: true,
  mean: true,
  max: true,
  argmax: true,
  convert: true,
};

const operatorNames = Object.keys(names) as OperatorName[];

/** A backend's implementations: each takes the backend's core first, then the operator's own arguments. */
export type OperatorTable<Core, Names extends OperatorName = OperatorName> = {
  readonly [Name in Names]: (core: Core, ...args: Parameters<Operators[Name]>) => ReturnType<Operators[Name]>;
};

/**
 * Makes a backend of its core by adding the operators of `table` as methods. Those the table lacks throw
 * `UnsupportedError`, and `supports` says which are there.
 */
export function attachOperators<Core extends BackendCore>(
  core: Core,
  table: Partial<OperatorTable<Core>>,
): Core & Backend {
  const methods: Record<string, unknown> = { supports: (operator: OperatorName) => Object.hasOwn(table, operator) };
  for (const name of operatorNames) {
    const operate = table[name] as ((core: Core, ...args: unknown[]) => unknown) | undefined;
    methods[name] = operate
      ? (...args: unknown[]) => operate(core, ...args)
      : () => {
          throw new UnsupportedError(
            `${name}: the ${core.info.name} backend does not implement it (backend.supports('${name}') is false)`,
          );
        };
  }
  return Object.assign(core, methods) as unknown as Core & Backend;
}
