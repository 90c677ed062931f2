// What the page and its worker say to each other.
import type { TaskName } from '../tasks/index.js';

/** A request: run `task` on `request`, answer under `id`. */
export interface Call {
  id: number;
  task: TaskName;
  request: unknown;
}

/** Page to worker. */
export type Message = Call | { cancel: number };

/** Worker to page: one for every call. */
export type Reply = { id: number; result: unknown } | { id: number; cancelled: true } | { id: number; error: string };

/** The request is outdated: a newer one has replaced it. */
export class CancelledError extends Error {
  override name = 'CancelledError';
}

/** Awaited by long tasks between their parts; throws `CancelledError` once the request is outdated. */
export type Checkpoint = () => Promise<void>;
