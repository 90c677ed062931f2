import type { RequestOf, ResponseOf, TaskName } from '../tasks/index.js';
import { CancelledError, type Message, type Reply } from './protocol.js';

interface Pending {
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

/** The page's end of the worker. */
export class Engine {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'dlv-compute' });
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor() {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#settle(data));
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      const reason = event.message ? `: ${event.message}` : ', its script could not be loaded';
      for (const { reject } of this.#pending.values()) reject(new Error(`The compute worker failed${reason}`));
      this.#pending.clear();
    });
  }

  /** Runs a task in the worker. Rejects with `CancelledError` when `signal` stopped it before it was done. */
  compute<N extends TaskName>(task: N, request: RequestOf<N>, signal?: AbortSignal): Promise<ResponseOf<N>> {
    const id = ++this.#lastId;
    signal?.addEventListener('abort', () => this.#post({ cancel: id }), { once: true });
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#post({ id, task, request });
    });
  }

  #post(message: Message): void {
    if ('cancel' in message && !this.#pending.has(message.cancel)) return;
    this.#worker.postMessage(message);
  }

  #settle(reply: Reply): void {
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if ('error' in reply) pending?.reject(new Error(reply.error));
    else if ('cancelled' in reply) pending?.reject(new CancelledError('outdated'));
    else pending?.resolve(reply.result as never);
  }
}
