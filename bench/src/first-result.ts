/** Milliseconds from before the import until each step was done. */
export interface ColdStart {
  /** The library's modules are there. */
  readonly imported: number;
  /** Its backend is. */
  readonly created: number;
  /** The softmax of two numbers is. */
  readonly finished: number;
}

const softmaxOf = [0, Math.log(3)];

/** The steps of one program in a process that has loaded nothing of it yet; each checks what it got. */
export const programs = {
  nothing: async (): Promise<ColdStart> => ({ imported: 0, created: 0, finished: 0 }),
  'dlv wasm-reproducible': dlv,
  'tfjs-wasm': tfjs,
} satisfies Record<string, () => Promise<ColdStart>>;

export type ProgramName = keyof typeof programs;

async function dlv(): Promise<ColdStart> {
  const start = performance.now();
  const { createWasmBackend } = await import('@dlv/kernels');
  const imported = performance.now();
  using backend = await createWasmBackend({ numerics: 'reproducible', threads: 1 });
  const created = performance.now();
  const result = backend.softmax(backend.tensor(softmaxOf, [2])).dataSync();
  return since(start, imported, created, result);
}

async function tfjs(): Promise<ColdStart> {
  const start = performance.now();
  const tf = await import('@tensorflow/tfjs-core');
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const imported = performance.now();
  // Its own code finds its binary only in browsers.
  const { createRequire } = await import('node:module');
  const { dirname, sep } = await import('node:path');
  setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  await tf.setBackend('wasm');
  await tf.ready();
  const created = performance.now();
  const result = tf.softmax(tf.tensor1d(softmaxOf)).dataSync();
  return since(start, imported, created, result);
}

function since(start: number, imported: number, created: number, result: ArrayLike<number>): ColdStart {
  const end = performance.now();
  if (!(Math.abs((result[1] ?? 0) - 0.75) < 1e-6)) {
    throw new Error(`cold start: softmax gave ${String(result[1])}, expected 0.75`);
  }
  return { imported: imported - start, created: created - start, finished: end - start };
}
