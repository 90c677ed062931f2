import type { BenchItem, SuiteName } from '../src/work.js';
import { attentionSuite } from './attention.js';
import { attentionGradientsSuite } from './attention-gradients.js';
import { elementwiseSuite } from './elementwise.js';
import { gemmSuite } from './gemm.js';
import { layerNormSuite } from './layer-norm.js';
import { reductionSuite } from './reduction.js';
import { softmaxSuite } from './softmax.js';
import { trajectoriesSuite } from './trajectories.js';

export const suites: Record<SuiteName, readonly BenchItem[]> = {
  gemm: gemmSuite,
  softmax: softmaxSuite,
  attention: attentionSuite,
  'attention-gradients': attentionGradientsSuite,
  'layer-norm': layerNormSuite,
  elementwise: elementwiseSuite,
  reduction: reductionSuite,
  trajectories: trajectoriesSuite,
};
