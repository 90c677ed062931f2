// For authors of a Backend: the argument checks, error texts and bookkeeping that every backend of DLV shares.
// Import it as '@dlv/kernels/backend-kit'; test the result with '@dlv/kernels/conformance'.
export { Core, CoreTensor } from './core.js';
export { checkAlive } from './ledger.js';
export { validateActivation, validateActivationGradient, validateGelu } from './operators/activation.js';
export { type AttentionMask, type AttentionPlan, validateAttention } from './operators/attention.js';
export { validateBernoulliLogits } from './operators/bernoulli-logits.js';
export { type TrajectoryPlan, validateTrajectories } from './operators/bilinear-trajectories.js';
export { checkOptions, checkTensor } from './operators/check.js';
export { type BroadcastPlan, validateAxpy, validateBroadcast, validateScale } from './operators/elementwise.js';
export { type GemmPlan, validateGemm } from './operators/gemm.js';
export { type ReductionPlan, validateArgmax, validateReduction } from './operators/reduction.js';
export { validateSoftmax } from './operators/softmax.js';
export { attachOperators, type OperatorTable } from './operators/table.js';
export { allocateArray, bytesPerElement, formatShape, readTensorArguments, sizeOf } from './tensor-data.js';
