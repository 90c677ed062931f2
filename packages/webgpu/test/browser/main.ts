// Runs in a browser: the conformance cases on WebGPU and on WebAssembly, and what only a browser can show. scripts/browser-tests.mjs
// builds it, opens it and reads window.results.
import { type Backend, createWasmBackend } from '@dlv/kernels';
import { conformanceCases } from '@dlv/kernels/conformance';
import { createWebgpuBackend } from '../../src/index.js';
import { webgpuTests } from './webgpu-tests.js';

interface Result {
  name: string;
  state: 'passed' | 'failed';
  detail?: string;
}

declare global {
  interface Window {
    results?: Result[];
  }
}

const results: Result[] = [];

async function attempt(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    results.push({ name, state: 'passed' });
  } catch (error) {
    results.push({
      name,
      state: 'failed',
      detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    });
  }
}

async function conformance(backend: Backend, slack: number): Promise<void> {
  for (const { operator, name, run } of conformanceCases()) {
    await attempt(`${backend.info.name}: ${operator}: ${name}`, () => run(backend, slack));
  }
}

const wasm = await createWasmBackend();
await conformance(wasm, 1);
wasm.dispose();

const webgpu = await createWebgpuBackend();
// WGSL allows exp an error of 3 + 2 |x| ulp (WGSL, 15.7.4.1), where the bounds are proven for 2; software has the better one.
await conformance(webgpu, webgpu.info.engine.endsWith('(software)') ? 1 : 16);
webgpu.dispose();

for (const [name, run] of Object.entries(webgpuTests)) await attempt(`webgpu: ${name}`, run);
window.results = results;
