// Authors of a Backend find the shared argument checks in '@dlv/kernels/backend-kit' and the tests in '@dlv/kernels/conformance'.
import { createWasmBackendWith } from './wasm/create.js';
import { decodeBase64 } from './wasm/load.js';

export type * from './backend.js';
export * from './errors.js';
export { createReferenceBackend } from './reference/create.js';
export type { WasmBackendOptions } from './wasm/create.js';
export type { WasmSource } from './wasm/load.js';

/**
 * The WebAssembly SIMD backend. The kernels are built in (base64), so nothing is fetched; the binary with relaxed SIMD
 * is loaded only where the engine has it.
 * @throws UnsupportedError without WebAssembly SIMD, ValueError on a bad option.
 */
export const createWasmBackend = createWasmBackendWith(async (flavour) => {
  const { wasmBase64 } = await binaries[flavour]();
  return WebAssembly.compile(decodeBase64(wasmBase64));
});

const binaries = {
  simd: () => import('./generated/simd.js'),
  relaxed: () => import('./generated/relaxed.js'),
  'simd-shared': () => import('./generated/simd-shared.js'),
  'relaxed-shared': () => import('./generated/relaxed-shared.js'),
};
