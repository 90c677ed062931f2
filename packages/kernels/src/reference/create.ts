import type { Backend } from '../backend.js';

/**
 * The plain TypeScript backend: slow, exact, available everywhere, and the definition that the others are tested against.
 * Its operators are loaded when it is created, so that who uses another backend does not wait for them.
 */
export async function createReferenceBackend(): Promise<Backend> {
  const { createReferenceBackend: create } = await import('./backend.js');
  return create();
}
