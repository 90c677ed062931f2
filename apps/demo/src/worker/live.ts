import type { RequestOf, ResponseOf, TaskName } from '../tasks/index.js';
import type { Engine } from './engine.js';
import { CancelledError } from './protocol.js';

export interface LiveOptions<N extends TaskName> {
  engine: Engine;
  task: N;
  /** Draws a result; `request` is the one it answers. */
  draw: (response: ResponseOf<N>, request: RequestOf<N>) => void;
  /** Shows why a request failed; `undefined` once one succeeds again. */
  fail: (error: Error | undefined) => void;
}

/**
 * Keeps a picture up to date with its controls. At most one request is under way and at most one waits: a newer request
 * replaces the waiting one and cancels the one under way, which still counts if it was done by then. So a slider
 * that is dragged draws as fast as the worker answers, and the last position is always drawn.
 */
export class Live<N extends TaskName> {
  readonly #options: LiveOptions<N>;
  #current: AbortController | undefined;
  #next: RequestOf<N> | undefined;
  #idle: Promise<void> = Promise.resolve();

  constructor(options: LiveOptions<N>) {
    this.#options = options;
  }

  /** Asks for `request`; resolves when nothing is left to draw. */
  ask(request: RequestOf<N>): Promise<void> {
    this.#next = request;
    if (this.#current) this.#current.abort();
    else this.#idle = this.#drain();
    return this.#idle;
  }

  async #drain(): Promise<void> {
    const { engine, task, draw, fail } = this.#options;
    while (this.#next !== undefined) {
      const request: RequestOf<N> = this.#next;
      this.#next = undefined;
      this.#current = new AbortController();
      try {
        draw(await engine.compute(task, request, this.#current.signal), request);
        fail(undefined);
      } catch (error) {
        if (!(error instanceof CancelledError)) fail(error instanceof Error ? error : new Error(String(error)));
      } finally {
        this.#current = undefined;
      }
    }
  }
}
