import type { OperatorName } from '../../operators/table.js';
import type { WasmOperators } from '../core.js';
import { activationOperators } from './activation.js';
import { affineTrajectoriesOperators } from './affine-trajectories.js';
import { attentionOperators } from './attention.js';
import { bernoulliLogitsOperators } from './bernoulli-logits.js';
import { bilinearTrajectoriesOperators } from './bilinear-trajectories.js';
import { conv2dOperators } from './conv2d.js';
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

// Typed as the whole table: the WASM backend lacks no operator.
export const wasmOperators: WasmOperators<OperatorName> = {
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
