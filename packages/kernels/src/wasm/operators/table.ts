import type { OperatorName } from '../../operators/table.js';
import type { WasmOperators } from '../core.js';
import { affineTrajectoriesOperators } from './affine-trajectories.js';
import { attentionOperators } from './attention.js';
import { bernoulliLogitsOperators } from './bernoulli-logits.js';
import { bilinearTrajectoriesOperators } from './bilinear-trajectories.js';
import { diracTrajectoriesOperators } from './dirac-trajectories.js';
import { gemmOperators } from './gemm.js';
import { softmaxOperators } from './softmax.js';

// Typed as the whole table: the WASM backend lacks no operator.
export const wasmOperators: WasmOperators<OperatorName> = {
  ...gemmOperators,
  ...softmaxOperators,
  ...attentionOperators,
  ...bernoulliLogitsOperators,
  ...bilinearTrajectoriesOperators,
  ...affineTrajectoriesOperators,
  ...diracTrajectoriesOperators,
};
