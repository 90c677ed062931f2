import { type Backend, createReferenceBackend, createWasmBackend, type Tensor, UnsupportedError } from '@dlv/kernels';
import type { Contender, Engine, NumericArray, Work } from './work.js';

export const backendNames = ['wasm', 'wasm-reproducible', 'reference', 'webgpu'] as const;
export type BackendName = (typeof backendNames)[number];

async function create(name: BackendName): Promise<Backend> {
  switch (name) {
    case 'wasm':
      return createWasmBackend({ numerics: 'fast', threads: 1 });
    case 'wasm-reproducible':
      return createWasmBackend({ numerics: 'reproducible', threads: 1 });
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

/** One DLV backend as an engine. */
export async function createDlvEngine(backendName: BackendName): Promise<Engine> {
  const backend = await create(backendName);
  const { engine, relaxedSimdReason } = backend.info;
  return {
    name: `dlv ${backendName}`,
    kind: 'dlv',
    description: `${engine}; relaxed SIMD: ${relaxedSimdReason}`,
    prepare: async (work) =>
      backend.supports(operators[work.operator]) ? [contender(backendName, backend, work)] : [],
    dispose: () => backend.dispose(),
  };
}

const operators = {
  gemm: 'gemm',
  softmax: 'softmax',
  attention: 'attention',
  trajectories: 'bilinearTrajectories',
} as const;

function contender(backendName: BackendName, backend: Backend, work: Work): Contender {
  const { inputs, compute } = bind(backend, work);
  const read = (tensor: Tensor) => (backend.info.synchronousRead ? tensor.dataSync() : tensor.data());
  return {
    name: `dlv ${backendName}`,
    kind: 'dlv',
    async run() {
      const results = compute();
      const arrays = await Promise.all(results.map(read));
      for (const result of results) result.dispose();
      return arrays as NumericArray[];
    },
    dispose() {
      for (const input of inputs) input.dispose();
    },
  };
}

/** Puts the inputs into the backend's memory, once, and gives the operator on them. */
function bind(backend: Backend, work: Work): { inputs: Tensor[]; compute: () => Tensor[] } {
  switch (work.operator) {
    case 'gemm': {
      const { batch, m, n, k, transposeB } = work;
      const lead = batch === 1 ? [] : [batch];
      const a = backend.tensor(work.a, [...lead, m, k]);
      const b = backend.tensor(work.b, [...lead, ...(transposeB ? [n, k] : [k, n])]);
      return { inputs: [a, b], compute: () => [backend.gemm(a, b, { transposeB })] };
    }
    case 'softmax': {
      const x = backend.tensor(work.x, [work.rows, work.columns]);
      return { inputs: [x], compute: () => [backend.softmax(x)] };
    }
    case 'attention': {
      const shape = [work.heads, work.length, work.depth];
      const q = backend.tensor(work.q, shape);
      const k = backend.tensor(work.k, shape);
      const v = backend.tensor(work.v, shape);
      const options = work.causal ? { queryOffset: 0 } : {};
      return { inputs: [q, k, v], compute: () => [backend.attention(q, k, v, options).output] };
    }
    case 'trajectories': {
      const p0 = backend.tensor(work.p0, [work.count]);
      const q0 = backend.tensor(work.q0, [work.count]);
      const options = { stepP: work.stepSize, stepQ: work.stepSize, steps: work.steps };
      const compute = () => {
        const { p, q } = backend.bilinearTrajectories(p0, q0, options);
        return [p, q];
      };
      return { inputs: [p0, q0], compute };
    }
  }
}
