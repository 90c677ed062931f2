import { WorkerLostError } from '../errors.js';
import type { KernelExports, KernelName } from '../generated/exports.js';
import { kernelNames } from '../generated/exports.js';
import type { LinearMemory } from './memory.js';
import {
  type Control,
  controlBytes,
  idle,
  type Pace,
  runRange,
  stateOf,
  takeRanges,
  viewControl,
  word,
} from './pool-control.js';
import { type PoolWorker, startWorker } from './worker-host.js';

/** One kernel over many items, as `Task.split` describes it. */
export interface Job {
  fn: string;
  kernel: KernelName;
  items: number;
  itemsPerRange: number;
  args: readonly number[];
  scratch: { address: number; bytes: number } | undefined;
  inPlace: boolean;
}

/** Workers that died are replaced this often; a platform that keeps killing them is left alone. */
const maximumRestarts = 4;
/** A worker is lost when one range takes it this long, in milliseconds, and this many times the caller's longest. */
const patience = { least: 2000, factor: 50 };
/** Turns of looking at a worker's state before sleeping on it. */
const spins = 20_000;

/**
 * Threads that share the kernels' memory. A job's ranges are taken from one atomic counter, by the caller as well, so a
 * worker that starts late or died costs time but no result; a range its worker will not finish is done again.
 */
export class Pool {
  readonly control: Control;
  readonly #kernels: ((...values: number[]) => void)[];
  readonly workers = new Map<number, PoolWorker>();
  readonly #pace: Pace = { longest: 0, now: () => performance.now() };
  #restarts = 0;
  #started = false;
  #ended = false;
  /** Why there are fewer workers than planned, if so. */
  trouble: string | undefined;

  constructor(
    readonly threads: number,
    private readonly module: WebAssembly.Module,
    private readonly memory: LinearMemory,
    kernels: KernelExports,
  ) {
    this.control = viewControl(new SharedArrayBuffer(controlBytes));
    this.#kernels = kernelNames.map((name) => kernels[name] as (...values: number[]) => void);
  }

  /** Threads that can take work: the caller and the workers that live. */
  get alive(): number {
    return this.#started ? 1 + this.workers.size : this.threads;
  }

  /** Starts the workers; resolves when all can take work. @throws the first reason why one could not start. */
  async start(): Promise<void> {
    if (this.#started || this.#ended) return;
    this.#started = true;
    const begun = Array.from({ length: this.threads - 1 }, (_, i) => this.#begin(i + 1));
    await Promise.all(begun.map(({ ready }) => ready));
  }

  #begin(thread: number): PoolWorker {
    const { words } = this.control;
    const control = words.buffer;
    const worker = startWorker({ module: this.module, memory: this.memory.memory, control, thread });
    this.workers.set(thread, worker);
    worker.ready.catch((error: Error) => {
      this.trouble ??= error.message;
    });
    worker.onExit(() => {
      if (this.#ended) return;
      this.workers.delete(thread);
      Atomics.store(words, stateOf(thread), idle);
      this.memory.unpin(thread);
      if (this.#restarts++ < maximumRestarts) this.#begin(thread);
      else this.trouble = 'workers kept ending';
    });
    return worker;
  }

  /** Runs a job on all threads, and returns when it is done. */
  run(job: Job): void {
    // In browsers a worker starts only once the caller is idle, in Node at once; until then the caller works alone.
    if (!this.#started) this.start().catch(() => {});
    this.#post(job);
    takeRanges(this.control, this.#kernels, 0, this.#pace);
    const { words } = this.control;
    Atomics.store(words, stateOf(0), idle);
    Atomics.store(words, word.open, 0);
    for (const thread of this.workers.keys()) this.#await(thread, job);
    if (Atomics.load(words, word.fault) !== 0) {
      throw new WorkerLostError(`${job.fn}: the kernel ${job.kernel} failed; this is a defect of @dlv/kernels`);
    }
  }

  #post({ kernel, items, itemsPerRange, args, scratch }: Job): void {
    const { words, args: shared } = this.control;
    this.#pace.longest = 0;
    shared.set(args);
    words[word.kernel] = kernelNames.indexOf(kernel);
    words[word.argumentCount] = args.length;
    words[word.items] = items;
    words[word.itemsPerRange] = itemsPerRange;
    words[word.takesScratch] = scratch ? 1 : 0;
    words[word.scratch] = scratch?.address ?? 0;
    words[word.scratchBytes] = scratch?.bytes ?? 0;
    words[word.fault] = 0;
    Atomics.store(words, word.next, 0);
    Atomics.store(words, word.open, 1);
    Atomics.add(words, word.generation, 1);
    Atomics.notify(words, word.generation);
  }

  /** Waits until a worker has left the job. One that does not is given up, and its range done here. */
  #await(thread: number, job: Job): void {
    const { words } = this.control;
    const at = stateOf(thread);
    for (let turn = 0; turn < spins; turn++) if (Atomics.load(words, at) === idle) return;
    const limit = Math.max(patience.least, patience.factor * this.#pace.longest);
    let state = Atomics.load(words, at);
    let since = performance.now();
    while (state !== idle) {
      sleepOn(words, at, state, limit / 10);
      const now = Atomics.load(words, at);
      if (now !== state) since = performance.now();
      else if (performance.now() - since > limit) break;
      state = now;
    }
    if (state === idle) return;
    this.#giveUp(thread);
    if (state <= 0) return;
    if (job.inPlace) {
      throw new WorkerLostError(
        `${job.fn}: a worker thread died while it updated the tensors in place, so their values are undefined; ` +
          'restore them from a checkpoint. The backend goes on with the other threads',
      );
    }
    runRange(this.control, this.#kernels, 0, state - 1);
  }

  /** Until the worker is known to have ended it may still write, so no memory changes hands before. */
  #giveUp(thread: number): void {
    const worker = this.workers.get(thread);
    this.workers.delete(thread);
    this.memory.pin(thread);
    worker?.terminate();
  }

  end(): void {
    this.#ended = true;
    const { words } = this.control;
    Atomics.store(words, word.stop, 1);
    Atomics.add(words, word.generation, 1);
    Atomics.notify(words, word.generation);
    for (const worker of this.workers.values()) worker.terminate();
    this.workers.clear();
  }
}

/** Sleeps until the word changes, or spins where the platform forbids sleeping (a page's main thread). */
function sleepOn(words: Int32Array<SharedArrayBuffer>, at: number, state: number, milliseconds: number): void {
  try {
    Atomics.wait(words, at, state, milliseconds);
  } catch {
    const until = performance.now() + Math.min(milliseconds, 1);
    while (Atomics.load(words, at) === state && performance.now() < until);
  }
}
