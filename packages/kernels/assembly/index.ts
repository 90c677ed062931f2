export { affineTrajectories, affineTrajectoriesWorkspace } from './affine-trajectories';
export { affineTrajectories2 } from './affine-trajectories-2';
export { affineTrajectories4 } from './affine-trajectories-4';
// Trajectories of maps and of training.
export { attention, attentionWorkspace } from './attention';
export { bernoulliLogits } from './bernoulli-logits';
export { alternatingTrajectories, simultaneousTrajectories } from './bilinear-trajectories';
export { diracTrajectories, diracTrajectoriesWorkspace } from './dirac-trajectories';
export { gemm, gemmWorkspace } from './gemm';
export { softmax } from './softmax';

/** 1 in the relaxed build, 0 in the plain one. */
export function relaxed(): i32 {
  return ASC_FEATURE_RELAXED_SIMD ? 1 : 0;
}
