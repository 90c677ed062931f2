import type { Backend } from '../backend.js';
import { attachOperators, type OperatorName } from '../operators/table.js';
import { activationOperators } from './activation.js';
import { attentionOperators } from './attention.js';
import { bernoulliLogitsOperators } from './bernoulli-logits.js';
import { bilinearTrajectoriesOperators } from './bilinear-trajectories.js';
import { ReferenceCore, type ReferenceOperators } from './core.js';
import { elementwiseOperators } from './elementwise.js';
import { gemmOperators } from './gemm.js';
import { reductionOperators } from './reduction.js';
import { softmaxOperators } from './softmax.js';

// Typed as the whole table: the reference backend lacks no operator.
const operators: ReferenceOperators<OperatorName> = {
  ...gemmOperators,
  ...softmaxOperators,
  ...attentionOperators,
  ...bernoulliLogitsOperators,
  ...bilinearTrajectoriesOperators,
  ...activationOperators,
  ...elementwiseOperators,
  ...reductionOperators,
};

/** The plain TypeScript backend: slow, exact, available everywhere, and the definition that the others are tested against. */
export async function createReferenceBackend(): Promise<Backend> {
  return attachOperators(new ReferenceCore(), operators);
}
