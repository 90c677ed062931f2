import { UnsupportedError, ValueError } from '../errors.js';
import { type KernelExports, kernelNames } from '../generated/exports.js';
import { hasRelaxedSimd, hasSimd } from './probe.js';

/** A kernel module in any form it comes in: compiled, bytes, or where to fetch it. */
export type WasmSource = WebAssembly.Module | ArrayBuffer | Uint8Array | URL | Response | PromiseLike<Response>;

/** The binaries: plain or relaxed SIMD, each on a memory of its own or on one that threads share. */
type Flavour = 'simd' | 'relaxed' | 'simd-shared' | 'relaxed-shared';

/** Gives the module of a flavour: decoded from base64, or imported statically where compiling is not allowed. */
export type ModuleProvider = (flavour: Flavour) => Promise<WebAssembly.Module>;

/** Which binary to use, and why. */
export function chooseFlavour(numerics: 'fast' | 'reproducible'): { flavour: 'simd' | 'relaxed'; reason: string } {
  if (!hasSimd()) {
    throw new UnsupportedError(
      'createWasmBackend: this engine has no WebAssembly SIMD; createReferenceBackend() works everywhere',
    );
  }
  if (numerics === 'reproducible') return { flavour: 'simd', reason: "numerics is 'reproducible'" };
  return hasRelaxedSimd()
    ? { flavour: 'relaxed', reason: "the engine has it and numerics is 'fast'" }
    : { flavour: 'simd', reason: 'this engine does not have it' };
}

/** Compiles a module the user supplied. */
export async function compileSource(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL) return compileSource(fetch(source));
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source as BufferSource);
  const response = await source;
  if (typeof Response === 'undefined' || !(response instanceof Response)) {
    throw new ValueError(
      'createWasmBackend: module must be a WebAssembly.Module, ArrayBuffer, Uint8Array, URL or Response',
    );
  }
  if (!response.ok) {
    throw new ValueError(`createWasmBackend: module could not be fetched: ${response.url} gave ${response.status}`);
  }
  // Not compileStreaming: it insists on a MIME type that many servers do not send.
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Instantiates on the given memory. Throws ValueError when the module is not a kernel module of this version. */
export async function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<KernelExports> {
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const missing = kernelNames.filter((name) => !names.has(name));
  if (missing.length > 0) {
    const others = missing.length > 2 ? ` and ${missing.length - 2} more` : '';
    throw new ValueError(
      `createWasmBackend: module is not this version of the DLV kernels: it lacks ${missing.slice(0, 2).join(', ')}${others}`,
    );
  }
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort: trap } });
  return instance.exports as unknown as KernelExports;
}

const trap = (): never => {
  throw new UnsupportedError('a kernel aborted; this is a defect of @dlv/kernels');
};

interface FastDecoders {
  Buffer?: { from(text: string, encoding: 'base64'): Uint8Array<ArrayBuffer> };
  Uint8Array: { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
}

/** Bytes of a base64 text. Engines have decoders of their own, under several names; a loop takes milliseconds when it is cold. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Buffer: buffers, Uint8Array: arrays } = globalThis as unknown as FastDecoders;
  if (arrays.fromBase64) return arrays.fromBase64(text);
  if (buffers) return buffers.from(text, 'base64');
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
