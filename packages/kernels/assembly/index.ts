export { attention, attentionWorkspace } from './attention';
export { bernoulliLogits } from './bernoulli-logits';
export { alternatingTrajectories, simultaneousTrajectories } from './bilinear-trajectories';
export { columnSums } from './column-sums';
export { conv2dColumns, conv2dScatter } from './conv2d-columns';
export { depthwise } from './conv2d-depthwise';
export { depthwiseTranspose } from './conv2d-depthwise-transpose';
export { depthwiseWeights } from './conv2d-depthwise-weights';
export { fillPlanes, planeSums, storePlanes } from './conv2d-planes';
export { depthwiseWorkspace } from './conv2d-strip';
export { gemm, gemmWorkspace } from './gemm';
export { gruCell, gruResetCell, gruResetGates } from './gru';
export { gruCandidateSlopes, gruResetSlopes, gruSlopes } from './gru-gradients';
export { lstmCell, lstmSlopes } from './lstm';
export { rnnActivation, rnnSlopes } from './rnn';
export { softmax } from './softmax';

/** 1 in the relaxed build, 0 in the plain one. */
export function relaxed(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 1 : 0;
}
