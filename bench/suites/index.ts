import type { BenchItem, SuiteName } from '../src/work.js';
import { attentionSuite } from './attention.js';
import { gemmSuite } from './gemm.js';
import { softmaxSuite } from './softmax.js';
import { trajectoriesSuite } from './trajectories.js';

export const suites: Record<SuiteName, readonly BenchItem[]> = {
  gemm: gemmSuite,
  softmax: softmaxSuite,
  attention: attentionSuite,
  trajectories: trajectoriesSuite,
};
