import type { Backend } from '../backend.js';
import { UnsupportedError, ValueError } from '../errors.js';
import type { KernelExports } from '../generated/exports.js';
import { checkOptions } from '../operators/check.js';
import { attachOperators } from '../operators/table.js';
import { WasmCore } from './core.js';
import { chooseFlavour, compileSource, instantiate, type ModuleProvider, type WasmSource } from './load.js';
import { LinearMemory } from './memory.js';
import { wasmOperators } from './operators/table.js';
import { Pool } from './pool.js';
import { maximumThreads } from './pool-control.js';
import { availableThreads, threadsObstacle } from './worker-host.js';

/** Options of `createWasmBackend`. */
export interface WasmBackendOptions {
  /**
   * 'fast' (default) uses fused multiply-adds (relaxed SIMD) where the engine has them, so the last bits may differ
   * between machines. 'reproducible' gives the same bits everywhere. Neither depends on the number of threads.
   */
  numerics?: 'fast' | 'reproducible';
  /**
   * Threads to use, the caller's included. 'auto' (default): one for each core, started with the first operator that is
   * worth sharing; one where the platform has no threads on shared memory (a page that is not crossOriginIsolated).
   * A number: exactly that many, started and warm when the backend is there, or an error.
   */
  threads?: 'auto' | number;
  /**
   * The kernels, compiled or where to find them, instead of the built-in copy: './simd.wasm' or './relaxed.wasm', or for
   * more than one thread './simd-shared.wasm' or './relaxed-shared.wasm'.
   */
  module?: WasmSource;
  /** Refuse to use more memory than this. Default 4 GiB, what 32-bit WebAssembly can address. */
  maximumBytes?: number;
}

/** What a platform cannot do whatever the engine says: a reason for each. */
export interface PlatformLimits {
  threads?: string;
}

const fn = 'createWasmBackend';

/** `createWasmBackend` over a way to get the built-in modules, which differs between platforms. */
export const createWasmBackendWith =
  (provide: ModuleProvider, limits: PlatformLimits = {}) =>
  async (options: WasmBackendOptions = {}): Promise<Backend> => {
    const { numerics, threads, maximumBytes } = checkWasmOptions(options);
    const { flavour, reason } = chooseFlavour(numerics);
    const plan = planThreads(threads, () => limits.threads ?? threadsObstacle());
    const shared = plan.threads > 1;
    const { module } = options;
    const compiled =
      module === undefined ? await provide(shared ? `${flavour}-shared` : flavour) : await compileSource(module);
    const memory = new LinearMemory(maximumBytes, shared);
    const engine = await instantiateOn(compiled, memory, threads);
    if (engine.kernels.relaxed() === 1 && numerics === 'reproducible') {
      throw new ValueError(`${fn}: module holds the relaxed kernels, which are not reproducible; pass './simd.wasm'`);
    }
    const pool = engine.shared ? new Pool(plan.threads, compiled, engine.memory, engine.kernels) : undefined;
    if (pool && threads !== 'auto') await startPool(pool, threads);
    const core = new WasmCore({
      ...{ kernels: engine.kernels, memory: engine.memory, pool },
      relaxedSimdReason: module === undefined ? reason : "the module given by the option 'module' decides",
      threadsReason:
        shared && !engine.shared ? "the module given by the option 'module' is for one thread" : plan.reason,
    });
    return attachOperators(core, wasmOperators);
  };

function checkWasmOptions(options: WasmBackendOptions) {
  checkOptions(fn, options, ['numerics', 'threads', 'module', 'maximumBytes']);
  const { numerics = 'fast', threads = 'auto', maximumBytes } = options;
  if (numerics !== 'fast' && numerics !== 'reproducible') {
    throw new ValueError(`${fn}: numerics must be 'fast' or 'reproducible', got ${String(numerics)}`);
  }
  if (threads !== 'auto' && !(Number.isInteger(threads) && threads >= 1 && threads <= maximumThreads)) {
    throw new ValueError(
      `${fn}: threads must be 'auto' or an integer from 1 to ${maximumThreads}, got ${String(threads)}`,
    );
  }
  if (maximumBytes !== undefined && !(maximumBytes >= 65536 && maximumBytes <= 2 ** 32)) {
    throw new ValueError(`${fn}: maximumBytes must lie between 65536 and 4294967296, got ${String(maximumBytes)}`);
  }
  return { numerics, threads, maximumBytes } as const;
}

/** How many threads to plan for, and why not more. */
function planThreads(
  wanted: 'auto' | number,
  findObstacle: () => string | undefined,
): { threads: number; reason: string } {
  if (wanted === 1) return { threads: 1, reason: "the option 'threads' is 1" };
  const obstacle = findObstacle();
  if (obstacle !== undefined) {
    if (wanted === 'auto') return { threads: 1, reason: obstacle };
    throw new UnsupportedError(`${fn}: asked for ${wanted} threads, but ${obstacle}; use 'auto' or 1`);
  }
  if (wanted !== 'auto') return { threads: wanted, reason: `the option 'threads' is ${wanted}` };
  const threads = Math.min(availableThreads(), maximumThreads);
  return { threads, reason: `the machine runs ${threads} at once` };
}

/** A module the user gave may be for one thread, which shows only when it meets a shared memory. */
async function instantiateOn(
  module: WebAssembly.Module,
  memory: LinearMemory,
  threads: 'auto' | number,
): Promise<{ kernels: KernelExports; memory: LinearMemory; shared: boolean }> {
  try {
    return { kernels: await instantiate(module, memory.memory), memory, shared: memory.shared };
  } catch (error) {
    if (!(error instanceof WebAssembly.LinkError)) throw error;
    if (memory.shared && threads === 'auto') {
      return instantiateOn(module, new LinearMemory(memory.limitBytes), threads);
    }
    const [given, wanted] = memory.shared
      ? ['one thread', "'./simd-shared.wasm'"]
      : ['several threads', "'./simd.wasm'"];
    throw new ValueError(`${fn}: module is the binary for ${given}; pass ${wanted} or its relaxed sibling`);
  }
}

async function startPool(pool: Pool, threads: number): Promise<void> {
  try {
    await pool.start();
  } catch (error) {
    pool.end();
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnsupportedError(`${fn}: asked for ${threads} threads, but a worker could not start: ${reason}`);
  }
}
