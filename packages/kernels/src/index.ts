// Authors of a Backend find the shared argument checks in '@dlv/kernels/backend-kit' and the tests in '@dlv/kernels/conformance'.
export type * from './backend.js';
export * from './errors.js';
export { createReferenceBackend } from './reference/backend.js';
