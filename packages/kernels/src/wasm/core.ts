import type { BackendInfo, DataType, Tensor, TensorSource } from '../backend.js';
import { Core } from '../core.js';
import type { KernelExports, KernelName } from '../generated/exports.js';
import { checkAlive } from '../ledger.js';
import type { OperatorName, OperatorTable } from '../operators/table.js';
import { readTensorArguments } from '../tensor-data.js';
import { FastestChoice, tileNames } from './fastest-choice.js';
import type { LinearMemory } from './memory.js';
import type { Pool } from './pool.js';
import { WasmTensor } from './tensor.js';

/** What `createWasmBackend` found out about the engine. */
export interface Engine {
  kernels: KernelExports;
  memory: LinearMemory;
  /** Absent where one thread does everything. */
  pool: Pool | undefined;
  relaxedSimdReason: string;
  threadsReason: string;
}

/** Work, as in `SplitOptions.cost`, below which a job stays on the calling thread: waking a worker costs some 20 microseconds. */
const worthSplitting = 2e5;
/** Work of a range: short enough that the threads end together, long enough that taking it costs nothing. */
const rangeWork = 1e5;
/** Ranges of a job per thread at most. */
const rangesPerThread = 16;

/** What a WASM operator uses while it runs. When it ends its workspaces are freed, after an error its results too. */
export interface Task {
  readonly kernels: KernelExports;
  /** A result tensor; its elements are whatever the memory held, the kernel has to write all of them. */
  result(dtype: DataType, shape: readonly number[]): WasmTensor;
  /** A float32 result of zeros, for kernels that add or that leave some out. */
  zeros(shape: readonly number[]): WasmTensor;
  /** The address of `bytes` bytes. */
  workspace(bytes: number): number;
  /** The address of a copy of `words` in a workspace. */
  place(words: Uint32Array): number;
  /**
   * Runs `kernel(begin, end, ...args)` over the items [0, count), in ranges that the threads share out among
   * themselves. With `workspace` each thread's own scratch address is passed as one more, last argument.
   */
  split(kernel: KernelName, count: number, options: SplitOptions, args: readonly number[]): void;
}

/** How `Task.split` may cut the items of a kernel into ranges. No cut may change a result's bits. */
export interface SplitOptions {
  /** Work of one item in multiply-adds or elements moved, roughly; small jobs stay on the calling thread. */
  cost: number;
  /** Ranges begin at multiples of this. Default 1. */
  multiple?: number;
  /** Bytes of scratch memory for each thread. */
  workspace?: number;
  /** The kernel writes its inputs, so a range must not be run twice. */
  inPlace?: boolean;
}

/** Owns a linear memory, places tensors in it and runs operators on it. */
export class WasmCore extends Core {
  readonly memory: LinearMemory;
  /** Rows of GEMM's tile. */
  readonly tiles = new FastestChoice([4, 3, 6] as const);
  /** Queries in the lanes of attention. */
  readonly widths = new FastestChoice([8, 12] as const);
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super();
    this.#engine = engine;
    this.memory = engine.memory;
  }

  get pool(): Pool | undefined {
    return this.#engine.pool;
  }

  /** Threads that share the items of a large job. */
  get threads(): number {
    return this.#engine.pool?.threads ?? 1;
  }

  get info(): BackendInfo {
    const { kernels, pool, relaxedSimdReason, threadsReason } = this.#engine;
    const relaxedSimd = kernels.relaxed() === 1;
    return {
      name: 'wasm',
      engine: `WebAssembly ${relaxedSimd ? 'relaxed SIMD' : 'SIMD'}, GEMM tile ${tileNames[this.tiles.current]}`,
      simd: true,
      relaxedSimd,
      relaxedSimdReason,
      threads: pool?.alive ?? 1,
      threadsReason: pool?.trouble === undefined ? threadsReason : `${threadsReason}; ${pool.trouble}`,
      synchronousRead: true,
      bytesInUse: this.ledger.bytesInUse,
      bytesAtPeak: this.ledger.bytesAtPeak,
    };
  }

  tensor(data: TensorSource, shape: readonly number[], given?: DataType): Tensor {
    checkAlive('tensor', this, 'the wasm backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape, given);
    const tensor = new WasmTensor('tensor', this, dtype, checked);
    tensor.view().set(values);
    return tensor;
  }

  /** Runs an operator; on an error neither its results nor its workspaces stay behind. */
  run<T>(fn: OperatorName, operate: (task: Task) => T): T {
    const { kernels } = this.#engine;
    const results: WasmTensor[] = [];
    const workspaces: number[] = [];
    let workspaceBytes = 0;
    const workspace = (bytes: number) => {
      const address = this.memory.allocate(fn, bytes);
      workspaces.push(address);
      workspaceBytes += bytes;
      this.ledger.note(workspaceBytes);
      return address;
    };
    const result = (dtype: DataType, shape: readonly number[]) => {
      const tensor = new WasmTensor(fn, this, dtype, shape);
      results.push(tensor);
      this.ledger.note(workspaceBytes);
      return tensor;
    };
    try {
      return operate({
        kernels,
        workspace,
        place: (words) => {
          const at = workspace(words.byteLength);
          new Uint32Array(this.memory.memory.buffer, at, words.length).set(words);
          return at;
        },
        split: (kernel, count, options, args) => this.#split(fn, workspace, kernel, count, options, args),
        result,
        zeros: (shape) => {
          const tensor = result('float32', shape);
          tensor.view().fill(0);
          return tensor;
        },
      });
    } catch (error) {
      for (const tensor of results) tensor.dispose();
      throw error;
    } finally {
      for (const address of workspaces) this.memory.free(address);
    }
  }

  #split(
    fn: OperatorName,
    workspace: (bytes: number) => number,
    kernel: KernelName,
    count: number,
    options: SplitOptions,
    args: readonly number[],
  ): void {
    if (count === 0) return;
    const { kernels, pool } = this.#engine;
    const { cost, multiple = 1, inPlace = false } = options;
    const bytes = options.workspace === undefined ? 0 : Math.ceil(options.workspace / 64) * 64;
    const work = cost * count;
    const threads = pool && work >= worthSplitting ? pool.threads : 1;
    const ranges = Math.min(Math.ceil(work / rangeWork), threads * rangesPerThread);
    const itemsPerRange = Math.ceil(count / ranges / multiple) * multiple;
    if (!pool || threads === 1 || itemsPerRange >= count) {
      const scratch = options.workspace === undefined ? [] : [workspace(bytes)];
      (kernels[kernel] as (...values: number[]) => void)(0, count, ...args, ...scratch);
      return;
    }
    const scratch = options.workspace === undefined ? undefined : { address: workspace(bytes * threads), bytes };
    pool.run({ fn, kernel, items: count, itemsPerRange, args, scratch, inPlace });
  }

  protected override release(): void {
    this.#engine.pool?.end();
  }
}

/** The byte address of a tensor's elements; 0, which kernels take as "absent", for none. */
export const address = (tensor: Tensor | undefined): number => (tensor as WasmTensor | undefined)?.address ?? 0;

/** Operators of the WASM backend. */
export type WasmOperators<Names extends OperatorName> = OperatorTable<WasmCore, Names>;
