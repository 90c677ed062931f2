// For runtimes that forbid compiling WebAssembly from bytes (Cloudflare workerd): the modules are imported statically.
import relaxed from './relaxed.wasm';
import simd from './simd.wasm';
import { createWasmBackendWith } from './wasm/create.js';

export type * from './backend.js';
export * from './errors.js';
export { createReferenceBackend } from './reference/create.js';
export type { WasmBackendOptions } from './wasm/create.js';
export type { WasmSource } from './wasm/load.js';

/** The WebAssembly SIMD backend; see the main entry point. */
export const createWasmBackend = createWasmBackendWith(async (flavour) => (flavour === 'relaxed' ? relaxed : simd), {
  threads: 'this runtime has no threads',
});
