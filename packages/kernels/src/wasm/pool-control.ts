/**
 * The words that the threads of a pool share, apart from the kernels' memory: one job at a time, described by a kernel's
 * number, its arguments and how its items are cut into ranges, and a line of its own for each thread's state.
 */

/** Indices into the Int32Array. */
export const word = {
  /** Grows with every job and at the end; sleeping workers wait on it. */
  generation: 0,
  /** 1 while ranges of the job may be taken. */
  open: 1,
  /** The next range to take. */
  next: 2,
  /** 1 when the workers are to end. */
  stop: 3,
  kernel: 4,
  argumentCount: 5,
  /** Items in all, and in one range. */
  items: 6,
  itemsPerRange: 7,
  /** Whether the kernel takes a scratch address, the first thread's, and the bytes from one thread's to the next's. */
  takesScratch: 8,
  scratch: 9,
  scratchBytes: 10,
  /** 1 + the range in which the kernel threw; 0 if it did not. */
  fault: 11,
} as const;

/** States of a thread; a positive one is 1 + the range it works on. */
export const idle = 0;
export const entered = -1;

export const maximumThreads = 64;
const maximumArguments = 40;

// A cache line each, so that one thread's writes do not evict another's.
const firstState = 16;
const stateStride = 16;
const argumentsByte = 4 * (firstState + stateStride * maximumThreads);

/** Views of a control block. */
export interface Control {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly args: Float64Array<SharedArrayBuffer>;
}

export const controlBytes = argumentsByte + 8 * maximumArguments;

export const viewControl = (block: SharedArrayBuffer): Control => ({
  words: new Int32Array(block, 0, argumentsByte / 4),
  args: new Float64Array(block, argumentsByte, maximumArguments),
});

/** Index of a thread's state; thread 0 is the caller. */
export const stateOf = (thread: number): number => firstState + stateStride * thread;

type Kernel = (...values: number[]) => void;

/**
 * Takes ranges of the open job until none is left. The state says at each moment which range would have to be done again
 * if this thread died.
 */
export function takeRanges(control: Control, kernels: readonly Kernel[], thread: number, pace?: Pace): void {
  const { words } = control;
  const ranges = Math.ceil((words[word.items] as number) / (words[word.itemsPerRange] as number));
  for (;;) {
    const range = Atomics.add(words, word.next, 1);
    if (range >= ranges) return;
    Atomics.store(words, stateOf(thread), range + 1);
    const begin = pace?.now() ?? 0;
    runRange(control, kernels, thread, range);
    if (pace) pace.longest = Math.max(pace.longest, pace.now() - begin);
  }
}

/** How long the longest range took, in milliseconds. */
export interface Pace {
  longest: number;
  now(): number;
}

/** Runs one range of the job. */
export function runRange({ words, args }: Control, kernels: readonly Kernel[], thread: number, range: number): void {
  const step = words[word.itemsPerRange] as number;
  const begin = range * step;
  const end = Math.min(begin + step, words[word.items] as number);
  const values = Array.from(args.subarray(0, words[word.argumentCount]));
  if (words[word.takesScratch]) {
    values.push(((words[word.scratch] as number) >>> 0) + thread * (words[word.scratchBytes] as number));
  }
  try {
    (kernels[words[word.kernel] as number] as Kernel)(begin, end, ...values);
  } catch {
    Atomics.store(words, word.fault, range + 1);
  }
}
