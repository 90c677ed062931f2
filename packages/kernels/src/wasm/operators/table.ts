import type { OperatorName } from '../../operators/table.js';
import type { WasmOperators } from '../core.js';
import { activationOperators } from './activation.js';
import { attentionOperators } from './attention.js';
import { bernoulliLogitsOperators } from './bernoulli-logits.js';
import { bilinearTrajectoriesOperators } from './bilinear-trajectories.js';
import { elementwiseOperators } from './elementwise.js';
import { gemmOperators } from './gemm.js';
import { reductionOperators } from './reduction.js';
import { softmaxOperators } from './softmax.js';

// Typed as the whole table: the WASM backend lacks no operator.
export const wasmOperators: WasmOperators<OperatorName> = {
  ...gemmOperators,
  ...softmaxOperators,
  ...attentionOperators,
  ...bernoulliLogitsOperators,
  ...bilinearTrajectoriesOperators,
  ...activationOperators,
  ...elementwiseOperators,
  ...reductionOperators,
};
