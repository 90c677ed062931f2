import { type Backend, ShapeError, ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { checkCount, checkFinite } from './arguments.js';
import { checkGame, type Game } from './game.js';
import { checkMethod, type Method, orderOf } from './method.js';

/** Starting points: one, or N of them as two arrays. */
export type Starts =
  | { readonly p: number; readonly q: number }
  | { readonly p: ArrayLike<number>; readonly q: ArrayLike<number> };

export interface SimulateOptions {
  /** The engine; it must support `bilinearTrajectories`. */
  backend: Backend;
  /** Default (1, 1). */
  start?: Starts;
  /** Full iterations, T. Default 6. */
  steps?: number;
  /** Keep the state every so many steps, t = 0 included; must divide `steps`. Default: only the state at T. */
  recordEvery?: number;
  /** Called after each part of the work with steps done out of all. */
  onProgress?: (progress: { done: number; total: number }) => void;
  /** Stops between parts; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** N trajectories, row by row: the state of trajectory i in row r is p[r * count + i], q[r * count + i]. */
export interface Trajectories {
  /** [rows]: the iteration of each row. */
  readonly t: Float64Array;
  /** [rows, count] */
  readonly p: Float64Array;
  /** [rows, count] */
  readonly q: Float64Array;
  readonly rows: number;
  readonly count: number;
}

/** Trajectory-steps in one part: some tens of milliseconds on SIMD, so that progress and cancelling feel immediate. */
const partSize = 1 << 25;

const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

interface Points {
  readonly p: Float64Array;
  readonly q: Float64Array;
}

function readStarts(start: Starts | undefined): Points {
  const fn = 'simulate';
  if (start === undefined) return { p: Float64Array.of(1), q: Float64Array.of(1) };
  checkOptions(`${fn}: start`, start, ['p', 'q']);
  const { p, q } = start;
  if (typeof p === 'object' && p !== null && typeof q === 'object' && q !== null) {
    if (p.length !== q.length)
      throw new ShapeError(`${fn}: start.p has ${p.length} values, but start.q has ${q.length}`);
    return { p: Float64Array.from(p), q: Float64Array.from(q) };
  }
  return { p: Float64Array.of(checkFinite(fn, 'start.p', p)), q: Float64Array.of(checkFinite(fn, 'start.q', q)) };
}

/**
 * Runs a method on a game from N starts at once, in float64, on the backend's SIMD kernels. The result is the same as that of
 * one `iterate` after another up to rounding, and does not depend on how the work is cut into parts.
 * @throws ValueError, ShapeError on a bad argument; UnsupportedError from a backend without `bilinearTrajectories`.
 */
export async function simulate(game: Game, method: Method, options: SimulateOptions): Promise<Trajectories> {
  const fn = 'simulate';
  checkGame(fn, game);
  checkMethod(fn, method);
  checkOptions(fn, options, ['backend', 'start', 'steps', 'recordEvery', 'onProgress', 'signal']);
  const { backend, signal, onProgress } = options;
  if (typeof backend !== 'object' || backend === null || typeof backend.bilinearTrajectories !== 'function') {
    throw new ValueError(`${fn}: backend must be a Backend such as await createWasmBackend(), got ${String(backend)}`);
  }
  const start = readStarts(options.start);
  const steps = checkCount(fn, 'steps', options.steps ?? 6, 0);
  const interval = checkCount(fn, 'recordEvery', options.recordEvery ?? Math.max(steps, 1), 1);
  if (options.recordEvery !== undefined && steps % interval !== 0) {
    throw new ValueError(`${fn}: recordEvery must divide steps (${steps}), got ${interval}`);
  }
  signal?.throwIfAborted();

  const count = start.p.length;
  const recording = options.recordEvery !== undefined;
  const rows = recording ? steps / interval + 1 : 1;
  const p = new Float64Array(rows * count);
  const q = new Float64Array(rows * count);
  let state = start;
  const keep = (row: number, values: Points) => {
    p.set(values.p, row * count);
    q.set(values.q, row * count);
  };
  keep(0, start);
  const stepsPerPart = Math.max(1, Math.floor(partSize / Math.max(1, count)));
  for (let done = 0; done < steps; ) {
    // A part covers whole intervals, all recorded by the kernel, or a piece of one, of which only the end is kept.
    const whole = recording ? Math.floor(stepsPerPart / interval) * interval : 0;
    const part = Math.min(whole || Math.min(stepsPerPart, interval - (done % interval)), steps - done);
    const states = await runPart(backend, game, method, state, part, whole ? interval : part);
    state = { p: states.p.slice(states.p.length - count), q: states.q.slice(states.q.length - count) };
    // The kernel's first row is the state it began with, which is there already.
    if (whole) keep(done / interval + 1, { p: states.p.subarray(count), q: states.q.subarray(count) });
    done += part;
    if (!whole && done % interval === 0) keep(recording ? done / interval : 0, state);
    onProgress?.({ done, total: steps });
    if (done < steps) {
      await nextTask();
      signal?.throwIfAborted();
    }
  }
  const t = Float64Array.from({ length: rows }, (_, row) => (recording ? row * interval : steps));
  return { t, p, q, rows, count };
}

async function runPart(
  backend: Backend,
  game: Game,
  method: Method,
  state: Points,
  steps: number,
  recordEvery: number,
): Promise<Points> {
  const { p, q } = backend.scope(() =>
    backend.bilinearTrajectories(backend.tensor(state.p, [state.p.length]), backend.tensor(state.q, [state.q.length]), {
      stepP: method.stepSize.p * game.coefficient,
      stepQ: method.stepSize.q * game.coefficient,
      steps,
      order: orderOf(method),
      recordEvery,
    }),
  );
  try {
    const [rowsP, rowsQ] = await Promise.all([p.data(), q.data()]);
    return { p: rowsP as Float64Array, q: rowsQ as Float64Array };
  } finally {
    p.dispose();
    q.dispose();
  }
}
