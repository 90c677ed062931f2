import { workerSource } from '../generated/worker.js';
import type { WorkerStart } from './pool-worker.js';

/** A started worker, the same on every platform. */
export interface PoolWorker {
  /** Settles when the worker can take work; rejects when it cannot start. */
  readonly ready: Promise<void>;
  /** Runs `listener` when the worker has ended, for whatever reason. It can write to no memory after that. */
  onExit(listener: () => void): void;
  terminate(): void;
}

interface NodeWorker {
  once(event: string, listener: (value: unknown) => void): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface NodeModules {
  'node:worker_threads': { Worker: new (source: string, options: object) => NodeWorker };
  'node:os': { availableParallelism(): number };
}

/** A module of Node without an import that a bundler would have to resolve; Node 20.16 and 22.3 have it, and Bun and Deno. */
function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  const host = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
  return host?.getBuiltinModule?.(name) as NodeModules[Name] | undefined;
}

/** Why this platform cannot run threads on a shared memory; undefined where it can. */
export function threadsObstacle(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') {
    return 'this page has no SharedArrayBuffer: it is not crossOriginIsolated (COOP and COEP headers are missing)';
  }
  if (!nodeModule('node:worker_threads') && typeof Worker === 'undefined') return 'this platform has no workers';
  return undefined;
}

/** Threads the machine runs at once. */
export const availableThreads = (): number =>
  nodeModule('node:os')?.availableParallelism() ??
  (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ??
  1;

/** Starts a worker. It never keeps a Node process alive once it is ready. */
export function startWorker(start: WorkerStart): PoolWorker {
  const threads = nodeModule('node:worker_threads');
  return threads ? startNodeWorker(threads, start) : startWebWorker(start);
}

function startNodeWorker(threads: NodeModules['node:worker_threads'], start: WorkerStart): PoolWorker {
  // No execArgv: the flags of the process are in force anyway, and loaders given there would run in every worker.
  const worker = new threads.Worker(workerSource, { eval: true, workerData: start, execArgv: [] });
  const exits: (() => void)[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', (error) => reject(error instanceof Error ? error : new Error(String(error))));
    worker.once('exit', () => reject(new Error('the worker ended before it was ready')));
  });
  worker.once('exit', () => runAll(exits));
  ready.then(() => worker.unref()).catch(() => {});
  return { ready, onExit: (listener) => exits.push(listener), terminate: () => void worker.terminate() };
}

function startWebWorker(start: WorkerStart): PoolWorker {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(url);
  const exits: (() => void)[] = [];
  const ended = () => runAll(exits);
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      reject(new Error(event.message || 'the worker could not be started (does the page forbid blob: workers?)'));
      ended();
    };
  });
  ready.catch(() => {}).finally(() => URL.revokeObjectURL(url));
  worker.postMessage(start);
  return {
    ready,
    onExit: (listener) => exits.push(listener),
    terminate() {
      worker.terminate();
      // A terminated web worker is stopped at its next interrupt check; browsers tell nobody when.
      setTimeout(ended, 1000);
    },
  };
}

function runAll(listeners: (() => void)[]): void {
  for (const listener of listeners.splice(0)) listener();
}
