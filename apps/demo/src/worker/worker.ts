// The one worker of a page: it creates the WASM backend once and runs the page's tasks on it, one after another.
import { type Backend, createWasmBackend } from '@dlv/kernels';
import { runTask } from '../tasks/index.js';
import { type Call, CancelledError, type Message, type Reply } from './protocol.js';

let backend: Promise<Backend> | undefined;
const waiting: Call[] = [];
const cancelled = new Set<number>();
let busy = false;

const answer = (reply: Reply): void => self.postMessage(reply);

/** Lets messages in, so that a cancellation that has been sent can arrive. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

async function run({ id, task, request }: Call): Promise<void> {
  const checkpoint = async (): Promise<void> => {
    await turn();
    if (cancelled.has(id)) throw new CancelledError(`${task} was cancelled`);
  };
  try {
    backend ??= createWasmBackend();
    const engine = await backend;
    await checkpoint();
    answer({ id, result: await runTask(task, engine, request, checkpoint) });
  } catch (error) {
    if (error instanceof CancelledError) answer({ id, cancelled: true });
    else answer({ id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  } finally {
    cancelled.delete(id);
  }
}

async function drain(): Promise<void> {
  if (busy) return;
  busy = true;
  for (let call = waiting.shift(); call; call = waiting.shift()) await run(call);
  busy = false;
}

self.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if ('cancel' in data) {
    // An answered call has left no trace, and its number never comes again.
    cancelled.add(data.cancel);
  } else {
    waiting.push(data);
    void drain();
  }
});
