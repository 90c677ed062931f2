import type { Backend } from '../backend.js';
import { UnsupportedError, ValueError } from '../errors.js';
import { checkOptions } from '../operators/check.js';
import { attachOperators } from '../operators/table.js';
import { WasmCore } from './core.js';
import { chooseFlavour, compileSource, instantiate, type ModuleProvider, type WasmSource } from './load.js';
import { LinearMemory } from './memory.js';
import { wasmOperators } from './operators/table.js';

/** Options of `createWasmBackend`. */
export interface WasmBackendOptions {
  /**
   * 'fast' (default) uses fused multiply-adds (relaxed SIMD) where the engine has them, so the last bits may differ
   * between machines. 'reproducible' gives the same bits everywhere.
   */
  numerics?: 'fast' | 'reproducible';
  /** Threads to use. 'auto' (default) takes as many as this version can: one. A number asks for exactly that many. */
  threads?: 'auto' | number;
  /** The kernels, compiled or where to find them, instead of the built-in copy: './simd.wasm' or './relaxed.wasm'. */
  module?: WasmSource;
  /** Refuse to use more memory than this. Default 4 GiB, what 32-bit WebAssembly can address. */
  maximumBytes?: number;
}

const threadsReason = 'this version of @dlv/kernels runs on one thread';

/** `createWasmBackend` over a way to get the built-in modules, which differs between platforms. */
export const createWasmBackendWith =
  (provide: ModuleProvider) =>
  async (options: WasmBackendOptions = {}): Promise<Backend> => {
    const fn = 'createWasmBackend';
    checkOptions(fn, options, ['numerics', 'threads', 'module', 'maximumBytes']);
    const { numerics = 'fast', threads = 'auto', module: source, maximumBytes } = options;
    if (numerics !== 'fast' && numerics !== 'reproducible') {
      throw new ValueError(`${fn}: numerics must be 'fast' or 'reproducible', got ${String(numerics)}`);
    }
    if (threads !== 'auto' && (!Number.isInteger(threads) || threads < 1)) {
      throw new ValueError(`${fn}: threads must be 'auto' or a positive integer, got ${String(threads)}`);
    }
    if (threads !== 'auto' && threads > 1) {
      throw new UnsupportedError(`${fn}: asked for ${threads} threads, but ${threadsReason}; use 'auto' or 1`);
    }
    if (maximumBytes !== undefined && !(maximumBytes >= 65536 && maximumBytes <= 2 ** 32)) {
      throw new ValueError(`${fn}: maximumBytes must lie between 65536 and 4294967296, got ${String(maximumBytes)}`);
    }
    const { flavour, reason } = chooseFlavour(numerics);
    const module = source === undefined ? await provide(flavour) : await compileSource(source);
    const memory = new LinearMemory(maximumBytes);
    const kernels = await instantiate(module, memory.memory);
    if (kernels.relaxed() === 1 && numerics === 'reproducible') {
      throw new ValueError(`${fn}: module holds the relaxed kernels, which are not reproducible; pass './simd.wasm'`);
    }
    const relaxedSimdReason = source === undefined ? reason : "the module given by the option 'module' decides";
    return attachOperators(new WasmCore({ kernels, memory, relaxedSimdReason, threadsReason }), wasmOperators);
  };
