// For authors of a Backend: the argument checks, error texts and bookkeeping that every backend of DLV shares.
// Import it as '@dlv/kernels/backend-kit'; test the result with '@dlv/kernels/conformance'.
export { checkAlive, disposeSymbol, Ledger } from './ledger.js';
export { allocateArray, bytesPerElement, formatShape, readTensorArguments, sizeOf } from './tensor-data.js';
export {
  type AttentionMask,
  type AttentionPlan,
  checkOptions,
  checkTensor,
  type GemmPlan,
  type TrajectoryPlan,
  unsupportedOperator,
  validateAttention,
  validateBernoulliLogits,
  validateGemm,
  validateSoftmax,
  validateTrajectories,
} from './validate.js';
