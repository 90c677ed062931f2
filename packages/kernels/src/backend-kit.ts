// For authors of a Backend: the argument checks, error texts and bookkeeping that every backend of DLV shares.
// Import it as '@dlv/kernels/backend-kit'; test the result with '@dlv/kernels/conformance'.
export { Core, CoreTensor } from './core.js';
export { checkAlive } from './ledger.js';
export { validateActivation, validateActivationGradient, validateGelu } from './operators/activation.js';
export { type AffineTrajectoryPlan, validateAffineTrajectories } from './operators/affine-trajectories.js';
export {
  type AttentionMask,
  type AttentionPlan,
  validateAttention,
  validateAttentionGradients,
} from './operators/attention.js';
export { validateBernoulliLogits } from './operators/bernoulli-logits.js';
export { type TrajectoryPlan, validateTrajectories } from './operators/bilinear-trajectories.js';
export { checkOptions, checkTensor } from './operators/check.js';
export {
  validateConv2d,
  validateConv2dGradients,
  validateConv2dTranspose,
  validateConv2dTransposeGradients,
} from './operators/conv2d.js';
export type { Conv2dGeometry } from './operators/conv2d-geometry.js';
export { type DiracTrajectoryPlan, validateDiracTrajectories } from './operators/dirac-trajectories.js';
export { type BroadcastPlan, validateAxpy, validateBroadcast, validateScale } from './operators/elementwise.js';
export { validateGaussianKl } from './operators/gaussian-kl.js';
export { validateGaussianNll } from './operators/gaussian-nll.js';
export { type GemmPlan, validateGemm } from './operators/gemm.js';
export { validateGruStep, validateGruStepGradients } from './operators/gru.js';
export { validateConvert } from './operators/half.js';
export {
  type LayerNormGradientsPlan,
  type LayerNormPlan,
  validateLayerNorm,
  validateLayerNormGradients,
} from './operators/layer-norm.js';
export { validateLstmStep, validateLstmStepGradients } from './operators/lstm.js';
export { type AdamPlan, type SgdPlan, validateAdamStep, validateSgdStep } from './operators/optimizer.js';
export {
  type RandomPlan,
  validateRandomBernoulli,
  validateRandomNormal,
  validateRandomPermutation,
  validateRandomUniform,
} from './operators/random.js';
export type { RecurrentSizes } from './operators/recurrent.js';
export { type ReductionPlan, validateArgmax, validateReduction } from './operators/reduction.js';
export { validateReparameterize, validateReparameterizeGradients } from './operators/reparameterize.js';
export {
  type RmsNormGradientsPlan,
  type RmsNormPlan,
  validateRmsNorm,
  validateRmsNormGradients,
} from './operators/rms-norm.js';
export { validateRnnStep, validateRnnStepGradients } from './operators/rnn.js';
export { type RowPlan, validateSoftmax, validateSoftmaxGradient } from './operators/softmax.js';
export { attachOperators, type OperatorTable } from './operators/table.js';
export { allocateArray, bytesPerElement, formatShape, readTensorArguments, sizeOf } from './tensor-data.js';
