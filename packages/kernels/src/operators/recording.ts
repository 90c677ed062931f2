import { ValueError } from '../errors.js';

/** How long a trajectory operator runs and which states it keeps. */
export interface RecordingOptions {
  /** Number of full iterations, T. */
  steps: number;
  /** Record the state every so many steps, t = 0 included; must divide `steps`. Default: only the state at t = T. */
  recordEvery?: number;
}

/** Checked {@link RecordingOptions}: `rows` states are written, the k-th after `interval * k` steps. */
export interface RecordingPlan {
  rows: number;
  steps: number;
  interval: number;
}

export function checkRecording(fn: string, { steps, recordEvery }: RecordingOptions): RecordingPlan {
  if (!Number.isSafeInteger(steps) || steps < 0 || steps > 0x7fffffff) {
    throw new ValueError(`${fn}: steps must be an integer from 0 to 2147483647, got ${String(steps)}`);
  }
  if (recordEvery !== undefined && (!Number.isSafeInteger(recordEvery) || recordEvery < 1 || steps % recordEvery)) {
    throw new ValueError(
      `${fn}: recordEvery must be a positive integer that divides steps (${steps}), got ${String(recordEvery)}`,
    );
  }
  // With one row the interval is the whole run, which recordEvery is not when there are no steps.
  const interval = steps === 0 ? 0 : (recordEvery ?? steps);
  const rows = recordEvery === undefined ? 1 : steps / recordEvery + 1;
  return { rows, steps, interval };
}

export function checkFinite(fn: string, name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ValueError(`${fn}: ${name} must be a finite number, got ${String(value)}`);
  }
  return value;
}
