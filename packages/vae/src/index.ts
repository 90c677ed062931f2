export { checkIdentity, type IdentityCheck, type OneDimensionalModel } from './check-identity.js';
export { collapsePlateau, constantBernoulliLogits, entropyFloor } from './constant-decoder.js';
export { type Elbo, type ElboGradients, type ElboInput, elbo } from './elbo.js';
export { batchOf, type Images, imagesFromIdx } from './images.js';
export { type IdxArray, type IdxSource, type IdxType, readIdx } from './read-idx.js';
