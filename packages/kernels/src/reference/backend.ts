import type { Backend } from '../backend.js';
import { attachOperators, type OperatorName } from '../operators/table.js';
import { activationOperators } from './activation.js';
import { affineTrajectoriesOperators } from './affine-trajectories.js';
import { attentionOperators } from './attention.js';
import { bernoulliLogitsOperators } from './bernoulli-logits.js';
import { bilinearTrajectoriesOperators } from './bilinear-trajectories.js';
import { conv2dOperators } from './conv2d.js';
import { ReferenceCore, type ReferenceOperators } from './core.js';
import { diracTrajectoriesOperators } from './dirac-trajectories.js';
import { elementwiseOperators } from './elementwise.js';
import { gaussianKlOperators } from './gaussian-kl.js';
import { gaussianNllOperators } from './gaussian-nll.js';
import { gemmOperators } from './gemm.js';
import { gruOperators } from './gru.js';
import { halfOperators } from './half.js';
import { layerNormOperators } from './layer-norm.js';
import { lstmOperators } from './lstm.js';
import { optimizerOperators } from './optimizer.js';
import { randomOperators } from './random.js';
import { reductionOperators } from './reduction.js';
import { reparameterizeOperators } from './reparameterize.js';
import { rmsNormOperators } from './rms-norm.js';
import { rnnOperators } from './rnn.js';
import { softmaxOperators } from './softmax.js';

// Typed as the whole table: the reference backend lacks no operator.
const operators: ReferenceOperators<OperatorName> = {
  ...gemmOperators,
  ...softmaxOperators,
  ...layerNormOperators,
  ...rmsNormOperators,
  ...attentionOperators,
  ...bernoulliLogitsOperators,
  ...bilinearTrajectoriesOperators,
  ...gaussianKlOperators,
  ...reparameterizeOperators,
  ...gaussianNllOperators,
  ...optimizerOperators,
  ...randomOperators,
  ...activationOperators,
  ...conv2dOperators,
  ...rnnOperators,
  ...gruOperators,
  ...lstmOperators,
  ...affineTrajectoriesOperators,
  ...diracTrajectoriesOperators,
  ...elementwiseOperators,
  ...reductionOperators,
  ...halfOperators,
};

/** The plain TypeScript backend: slow, exact, available everywhere, and the definition that the others are tested against. */
export async function createReferenceBackend(): Promise<Backend> {
  return attachOperators(new ReferenceCore(), operators);
}
