import { type Backend, createReferenceBackend, createWasmBackend, type Tensor, UnsupportedError } from '@dlv/kernels';
import { operatorsOf, programOf } from './dlv-programs.js';
import type { Contender, Engine, NumericArray, Work } from './work.js';

export const backendNames = ['wasm', 'wasm-reproducible', 'reference', 'webgpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** Whether a backend has a number of threads to choose. */
export const hasThreads = (name: BackendName): boolean => name === 'wasm' || name === 'wasm-reproducible';

async function create(name: BackendName, threads: number): Promise<Backend> {
  switch (name) {
    case 'wasm':
      return createWasmBackend({ numerics: 'fast', threads });
    case 'wasm-reproducible':
      return createWasmBackend({ numerics: 'reproducible', threads });
    case 'reference':
      return createReferenceBackend();
    case 'webgpu': {
      if (!('gpu' in (globalThis.navigator ?? {}))) {
        throw new UnsupportedError(
          'bench: --backend webgpu needs navigator.gpu, which browsers have and this Node has not; choose wasm, wasm-reproducible or reference',
        );
      }
      const { createWebgpuBackend } = await import('@dlv/webgpu');
      return createWebgpuBackend();
    }
  }
}

/** One DLV backend as an engine; `threads` are those of a WebAssembly backend. */
export async function createDlvEngine(backendName: BackendName, threads = 1): Promise<Engine> {
  const backend = await create(backendName, threads);
  const { engine, relaxedSimdReason } = backend.info;
  const suffix = threads > 1 ? ` ${threads} threads` : '';
  return {
    name: `dlv ${backendName}${suffix}`,
    kind: 'dlv',
    description: `${engine}; relaxed SIMD: ${relaxedSimdReason}`,
    prepare: async (work) =>
      operatorsOf(work).every((operator) => backend.supports(operator))
        ? contenders(`dlv ${backendName}`, suffix, backend, work)
        : [],
    dispose: () => backend.dispose(),
  };
}

function contenders(base: string, suffix: string, backend: Backend, work: Work): Contender[] {
  const { inputs, compute, parts = [] } = programOf(backend, work);
  const named = (part = '') => ({
    name: `${base}${suffix}${part}`,
    ...(suffix === '' ? {} : { oneThread: `${base}${part}` }),
    dispose() {
      for (const input of inputs) input.dispose();
    },
  });
  return [
    { ...named(), kind: 'dlv', ...actions(backend, compute) },
    ...parts.map(({ name, amount, compute }) => ({
      ...named(`, ${name}`),
      kind: 'part' as const,
      amount,
      ...actions(backend, compute),
    })),
  ];
}

function actions(backend: Backend, compute: () => Tensor[]): Pick<Contender, 'run' | 'compute'> {
  const { synchronousRead } = backend.info;
  const read = (tensor: Tensor) => (synchronousRead ? tensor.dataSync() : tensor.data());
  const free = (tensors: readonly Tensor[]) => {
    for (const tensor of tensors) tensor.dispose();
  };
  return {
    async run() {
      const results = compute();
      const arrays = await Promise.all(results.map(read));
      free(results);
      return arrays as NumericArray[];
    },
    // Backends that can be read at once compute at once; the others would only queue the work.
    ...(synchronousRead ? { compute: () => free(compute()) } : {}),
  };
}
