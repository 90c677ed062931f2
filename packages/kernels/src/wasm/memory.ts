import { OutOfMemoryError } from '../errors.js';

const alignment = 64;
const pageBytes = 65536;
/** Pages of 64 KiB that 32-bit WebAssembly can address: 4 GiB. */
const maximumPages = 65536;
/** Where the last range ends at most: kernels hold the end of a range in 32 bits, and at 4 GiB it would be 0. */
const lastEnd = maximumPages * pageBytes - alignment;
/** The first address handed out: 0 means "absent" to kernels, and asc puts constants below this. */
const firstAddress = 1024;

interface Hole {
  begin: number;
  end: number;
}

/**
 * Hands out 64-byte aligned ranges of a WebAssembly memory, first fit, and grows it when needed. Sizes are JavaScript
 * numbers, so they stay exact past 2^32, where a request is refused rather than wrapped.
 */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  readonly limitBytes: number;
  /** Free ranges in ascending order, never adjacent. */
  readonly #holes: Hole[] = [];
  readonly #allocated = new Map<number, number>();
  #end = firstAddress;
  /** Who may still write to memory that was freed, and what was freed since. */
  readonly #pins = new Set<number>();
  readonly #withheld: number[] = [];

  constructor(
    limitBytes = maximumPages * pageBytes,
    readonly shared = false,
  ) {
    this.limitBytes = limitBytes;
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared });
  }

  /** From now until `unpin(holder)` no freed memory is handed out again. */
  pin(holder: number): void {
    this.#pins.add(holder);
  }

  get pinned(): boolean {
    return this.#pins.size > 0;
  }

  unpin(holder: number): void {
    this.#pins.delete(holder);
    if (this.#pins.size === 0) for (const address of this.#withheld.splice(0)) this.free(address);
  }

  /** The address of `bytes` free bytes. Throws OutOfMemoryError, naming `fn`, before the engine would trap. */
  allocate(fn: string, bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    const at = this.#holes.findIndex(({ begin, end }) => end - begin >= size);
    const hole = this.#holes[at];
    let address: number;
    if (hole) {
      address = hole.begin;
      hole.begin += size;
      if (hole.begin === hole.end) this.#holes.splice(at, 1);
    } else {
      address = this.#extend(fn, size, bytes);
    }
    this.#allocated.set(address, size);
    return address;
  }

  free(address: number): void {
    const size = this.#allocated.get(address);
    if (size === undefined) return;
    if (this.#pins.size > 0) {
      this.#withheld.push(address);
      return;
    }
    this.#allocated.delete(address);
    let at = this.#holes.findIndex(({ begin }) => begin > address);
    if (at < 0) at = this.#holes.length;
    const hole = { begin: address, end: address + size };
    const [before, after] = [this.#holes[at - 1], this.#holes[at]];
    if (after?.begin === hole.end) {
      hole.end = after.end;
      this.#holes.splice(at, 1);
    }
    if (before?.end === hole.begin) {
      before.end = hole.end;
    } else {
      this.#holes.splice(at, 0, hole);
    }
    const last = this.#holes.at(-1);
    if (last?.end === this.#end) {
      this.#end = last.begin;
      this.#holes.pop();
    }
  }

  #extend(fn: string, size: number, wanted: number): number {
    const address = this.#end;
    const end = address + size;
    const have = this.memory.buffer.byteLength;
    if (end > Math.min(this.limitBytes, lastEnd))
      throw this.#outOfMemory(fn, wanted, `the limit is ${this.limitBytes} bytes`);
    if (end > have) {
      // Growing by half as much again keeps the number of growths, and of replaced buffers, logarithmic.
      const enough = Math.ceil(end / pageBytes);
      const generous = Math.min(
        maximumPages,
        Math.floor(this.limitBytes / pageBytes),
        Math.ceil((have * 1.5) / pageBytes),
      );
      const held = have / pageBytes;
      if (!this.#grow(Math.max(enough, generous) - held) && !this.#grow(enough - held)) {
        throw this.#outOfMemory(fn, wanted, 'the engine refused to grow the memory');
      }
    }
    this.#end = end;
    return address;
  }

  #grow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  #outOfMemory(fn: string, bytes: number, why: string): OutOfMemoryError {
    return new OutOfMemoryError(
      `${fn}: needs ${bytes} bytes more, but ${why} and ${this.#end} are in use; dispose of tensors you no longer need`,
    );
  }
}
