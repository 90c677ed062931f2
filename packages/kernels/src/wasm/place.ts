import type { Task, WasmCore } from './core.js';

/** The address of a copy of an array, there for as long as the operator runs. */
export function placeArray(core: WasmCore, task: Task, array: Float64Array): number {
  const at = task.workspace(array.byteLength);
  new Float64Array(core.memory.memory.buffer, at, array.length).set(array);
  return at;
}
