import type { Backend } from '../backend.js';
import { activationCases } from './activation.js';
import { affineTrajectoriesCases } from './affine-trajectories.js';
import { attentionCases } from './attention.js';
import { attentionGradientCases } from './attention-gradient.js';
import { bernoulliLogitsCases } from './bernoulli-logits.js';
import { bilinearTrajectoriesCases } from './bilinear-trajectories.js';
import type { ConformanceCase } from './case.js';
import { ConformanceError } from './compare.js';
import { conv2dCases } from './conv2d.js';
import { diracTrajectoriesCases } from './dirac-trajectories.js';
import { elementwiseCases } from './elementwise.js';
import { gaussianKlCases } from './gaussian-kl.js';
import { gaussianNllCases } from './gaussian-nll.js';
import { gemmCases } from './gemm.js';
import { gruCases } from './gru.js';
import { halfCases } from './half.js';
import { layerNormCases } from './layer-norm.js';
import { lstmCases } from './lstm.js';
import { optimizerCases } from './optimizer.js';
import { randomCases } from './random.js';
import { reductionCases } from './reduction.js';
import { reparameterizeCases } from './reparameterize.js';
import { rmsNormCases } from './rms-norm.js';
import { rnnCases } from './rnn.js';
import { softmaxCases } from './softmax.js';
import { tensorCases } from './tensor.js';

export type { ConformanceCase } from './case.js';
export { ConformanceError, expectClose, type Tolerance } from './compare.js';

const operatorCases: readonly ConformanceCase[] = [
  ...gemmCases,
  ...softmaxCases,
  ...layerNormCases,
  ...rmsNormCases,
  ...attentionCases,
  ...attentionGradientCases,
  ...bernoulliLogitsCases,
  ...bilinearTrajectoriesCases,
  ...gaussianKlCases,
  ...reparameterizeCases,
  ...gaussianNllCases,
  ...optimizerCases,
  ...randomCases,
  ...activationCases,
  ...conv2dCases,
  ...rnnCases,
  ...gruCases,
  ...lstmCases,
  ...affineTrajectoriesCases,
  ...diracTrajectoriesCases,
  ...elementwiseCases,
  ...reductionCases,
  ...halfCases,
];

/**
 * Every case a backend must pass, bound to no test framework. Results are compared with the reference backend. For an
 * operator the backend says it lacks, the case passes if calling it throws `UnsupportedError`.
 */
export function conformanceCases(): readonly ConformanceCase[] {
  return [...tensorCases, ...operatorCases.map(orUnsupported)];
}

function orUnsupported(conformanceCase: ConformanceCase): ConformanceCase {
  const { operator, name } = conformanceCase;
  return {
    ...conformanceCase,
    async run(backend: Backend, slack?: number) {
      if (operator === 'tensor' || backend.supports(operator)) return conformanceCase.run(backend, slack);
      const call = backend[operator] as (...none: unknown[]) => unknown;
      try {
        call.call(backend);
      } catch (error) {
        if (error instanceof Error && error.name === 'UnsupportedError' && error.message.includes(operator)) return;
        throw new ConformanceError(`${operator} (${name}): threw ${String(error)}, expected UnsupportedError`);
      }
      throw new ConformanceError(`${operator} (${name}): did not throw, expected UnsupportedError`);
    },
  };
}
