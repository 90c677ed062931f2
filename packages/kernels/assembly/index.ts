export {
  expElements,
  geluElements,
  geluTanhElements,
  logElements,
  reluElements,
  sigmoidElements,
  siluElements,
  softplusElements,
  tanhElements,
} from './activation';
export {
  geluGradient,
  geluTanhGradient,
  reluGradient,
  sigmoidGradient,
  siluGradient,
  softplusGradient,
  tanhGradient,
} from './activation-gradient';
export { attention, attentionWorkspace } from './attention';
export { bernoulliLogits } from './bernoulli-logits';
export { alternatingTrajectories, simultaneousTrajectories } from './bilinear-trajectories';
export {
  addElements,
  divideElements,
  divideIntoElements,
  multiplyElements,
  subtractElements,
  subtractFromElements,
} from './elementwise';
export { axpyElements, repeatRow, scaleElements } from './elementwise-scale';
export { gemm, gemmWorkspace } from './gemm';
export { sumColumns } from './reduction-columns';
export { argmaxColumns, maxColumns } from './reduction-maxima';
export { argmaxRows, maxBlocks, sumBlocks, sumPartials } from './reduction-rows';
export { softmax } from './softmax';

/** 1 in the relaxed build, 0 in the plain one. */
export function relaxed(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 1 : 0;
}
