// What the worker can compute. A task is a function of the backend and a plain request; its result is plain too.
import type { Backend } from '@dlv/kernels';
import type { Checkpoint } from '../worker/protocol.js';
import { attend, maskedWeights } from './attention.js';
import { costs, measuredBlock } from './complexity.js';
import { cloud, trajectory } from './gan.js';
import { overview } from './overview.js';
import { ascent, imageFloor, oneDimensional } from './vae.js';

const tasks = {
  overview,
  costs,
  measuredBlock,
  attend,
  maskedWeights,
  oneDimensional,
  ascent,
  imageFloor,
  trajectory,
  cloud,
};

export type TaskName = keyof typeof tasks;
export type RequestOf<N extends TaskName> = Parameters<(typeof tasks)[N]>[1];
export type ResponseOf<N extends TaskName> = Awaited<ReturnType<(typeof tasks)[N]>>;

type AnyTask = (backend: Backend, request: unknown, checkpoint: Checkpoint) => unknown;

/** Runs a task by its name; the request is what `Engine.compute` typed for it. */
export function runTask(name: TaskName, backend: Backend, request: unknown, checkpoint: Checkpoint): Promise<unknown> {
  return Promise.resolve((tasks[name] as AnyTask)(backend, request, checkpoint));
}
