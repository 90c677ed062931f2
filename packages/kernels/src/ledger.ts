import type { Tensor } from './backend.js';
import { DisposedError, ValueError } from './errors.js';

/** Keeps count of one backend's live tensors, its bytes, and its open scopes. */
export class Ledger {
  bytesInUse = 0;
  bytesAtPeak = 0;
  readonly live = new Set<Tensor>();
  readonly #scopes: Set<Tensor>[] = [];

  add(tensor: Tensor, bytes: number): void {
    this.live.add(tensor);
    this.#scopes.at(-1)?.add(tensor);
    this.bytesInUse += bytes;
    this.note(0);
  }

  remove(tensor: Tensor, bytes: number): void {
    if (this.live.delete(tensor)) this.bytesInUse -= bytes;
    for (const scope of this.#scopes) scope.delete(tensor);
  }

  /** Lets the peak know of `workspace` bytes held beside the tensors. */
  note(workspace: number): void {
    this.bytesAtPeak = Math.max(this.bytesAtPeak, this.bytesInUse + workspace);
  }

  /** See `Backend.scope`. What `fn` returns passes to the enclosing scope, if any. */
  scope<T>(fn: () => T): T {
    const made = new Set<Tensor>();
    this.#scopes.push(made);
    let kept = new Set<unknown>();
    try {
      const result = fn();
      if (result instanceof Promise) {
        throw new ValueError('scope: fn returned a Promise; it must be synchronous (read tensors after the scope)');
      }
      kept = returnedValues(result);
      return result;
    } finally {
      this.#scopes.pop();
      const outer = this.#scopes.at(-1);
      for (const tensor of [...made]) {
        if (kept.has(tensor)) outer?.add(tensor);
        else tensor.dispose();
      }
    }
  }
}

function returnedValues(result: unknown): Set<unknown> {
  if (Array.isArray(result)) return new Set(result);
  if (typeof result !== 'object' || result === null) return new Set();
  return new Set<unknown>([result, ...Object.values(result)]);
}

/** Throws unless `owner` is still in use. */
export function checkAlive(fn: string, owner: { readonly disposed: boolean }, what: string): void {
  if (owner.disposed) throw new DisposedError(`${fn}: ${what} was disposed of`);
}

/** `Symbol.dispose`, or a stand-in on engines that have none; there `using` needs a compiler that supplies one. */
export const disposeSymbol: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for('Symbol.dispose') as never);
