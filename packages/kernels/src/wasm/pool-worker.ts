import { type KernelExports, kernelNames } from '../generated/exports.js';
import { entered, idle, stateOf, takeRanges, viewControl, word } from './pool-control.js';

// A worker of the pool, bundled by scripts/embed-wasm.mjs into one text that every platform can start.

/** What a worker is started with. */
export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: SharedArrayBuffer;
  thread: number;
}

interface NodeWorkerThreads {
  workerData: WorkerStart;
  parentPort: { postMessage(message: unknown): void };
}

/** Turns of looking for work before sleeping: jobs often follow one another within microseconds. */
const patience = 4000;

function serve({ module, memory, control: block, thread }: WorkerStart, ready: () => void): void {
  const abort = () => {
    throw new Error('a kernel aborted');
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const kernels = kernelNames.map((name) => (exports as unknown as KernelExports)[name] as (...a: number[]) => void);
  const control = viewControl(block);
  const { words } = control;
  let seen = Atomics.load(words, word.generation);
  ready();
  for (;;) {
    // A job may be open already: look before sleeping. The caller waits for every thread whose state is not idle.
    Atomics.store(words, stateOf(thread), entered);
    if (Atomics.load(words, word.open) === 1) takeRanges(control, kernels, thread);
    Atomics.store(words, stateOf(thread), idle);
    Atomics.notify(words, stateOf(thread));
    for (let turn = 0; turn < patience && Atomics.load(words, word.generation) === seen; turn++);
    Atomics.wait(words, word.generation, seen);
    seen = Atomics.load(words, word.generation);
    if (Atomics.load(words, word.stop) === 1) return;
  }
}

declare const self: { onmessage: (event: { data: WorkerStart }) => void; postMessage(message: unknown): void };

const host = (globalThis as { process?: { getBuiltinModule?: (id: string) => unknown } }).process;
const node = host?.getBuiltinModule?.('node:worker_threads') as NodeWorkerThreads | undefined;
if (node) {
  serve(node.workerData, () => node.parentPort.postMessage('ready'));
} else {
  self.onmessage = ({ data }) => serve(data, () => self.postMessage('ready'));
}
