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
export { affineTrajectories, affineTrajectoriesWorkspace } from './affine-trajectories';
export { affineTrajectories2 } from './affine-trajectories-2';
export { affineTrajectories4 } from './affine-trajectories-4';
export { attention, attentionWorkspace } from './attention';
export { attentionGradients, attentionGradientsWorkspace } from './attention-gradient';
export { bernoulliLogits } from './bernoulli-logits';
export { alternatingTrajectories, simultaneousTrajectories } from './bilinear-trajectories';
export { columnSums } from './column-sums';
export { conv2dColumns, conv2dScatter } from './conv2d-columns';
export { depthwise } from './conv2d-depthwise';
export { depthwiseTranspose } from './conv2d-depthwise-transpose';
export { depthwiseWeights } from './conv2d-depthwise-weights';
export { fillPlanes, planeSums, storePlanes } from './conv2d-planes';
export { depthwiseWorkspace } from './conv2d-strip';
export { diracTrajectories, diracTrajectoriesWorkspace } from './dirac-trajectories';
export {
  addElements,
  divideElements,
  divideIntoElements,
  multiplyElements,
  subtractElements,
  subtractFromElements,
} from './elementwise';
export { axpyElements, repeatRow, scaleElements } from './elementwise-scale';
export { gaussianKl, gaussianKlRows } from './gaussian-kl';
export { gaussianNll, gaussianNllShared, sumNllBlocks } from './gaussian-nll';
export { gemm, gemmWorkspace } from './gemm';
export { gemmFinish } from './gemm-epilogue';
export { gemmRows } from './gemm-rows';
export { gemmDots } from './gemm-skinny';
export { gruCell, gruResetCell, gruResetGates } from './gru';
export { gruCandidateSlopes, gruResetSlopes, gruSlopes } from './gru-gradients';
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './half';
export { layerNorm } from './layer-norm';
export { layerNormGradient } from './layer-norm-gradient';
export { lstmCell, lstmSlopes } from './lstm';
export { normBlocks, normParameterGradients, normParameterPartials } from './norm-parameters';
export { sgdStep } from './optimizer';
export { adamStep } from './optimizer-adam';
export { transpose } from './pack';
export { randomNormal, randomUniform } from './random';
export { randomBernoulli, randomPermutation } from './random-choice';
export { sumColumns } from './reduction-columns';
export { argmaxColumns, maxColumns } from './reduction-maxima';
export { argmaxRows, maxBlocks, sumBlocks, sumPartials } from './reduction-rows';
export { reparameterize, reparameterizeGradients } from './reparameterize';
export { rmsNorm, rmsNormGradient } from './rms-norm';
export { rnnActivation, rnnSlopes } from './rnn';
export { logSoftmax, logSumExp, softmax } from './softmax';
export { logSoftmaxGradient, softmaxGradient } from './softmax-gradient';

/** 1 in the relaxed build, 0 in the plain one. */
export function relaxed(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 1 : 0;
}
