// Runs in a browser: the conformance cases on WebGPU and on WebAssembly, and what only a browser can show. scripts/browser-tests.mjs
// builds it, opens it and reads window.results.
import { type Backend, createWasmBackend } from '@dlv/kernels';
import { conformanceCases } from '@dlv/kernels/conformance';
import { createWebgpuBackend } from '../../src/index.js';
import { webgpuTests } from './webgpu-tests.js';

interface Result {
  name: string;
  state: 'passed' | 'failed' | 'skipped';
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

/**
 * WGSL lets an implementation assume that no NaN or infinity occurs and flush subnormals (WGSL, 15.7), so cases of tfjs's
 * kernels about those bind the CPU backends only; they are reported by name. Our own attention has to pass them.
 */
async function conformance(backend: Backend, slack: number, leftOpen: readonly string[]): Promise<void> {
  for (const { operator, name, tags, run } of conformanceCases()) {
    const title = `${backend.info.name}: ${operator}: ${name}`;
    const open = tags.length > 0 && leftOpen.includes(operator);
    if (open) results.push({ name: `${title} (${tags.join(', ')}; left open by WGSL)`, state: 'skipped' });
    else await attempt(title, () => run(backend, slack));
  }
}

const wasm = await createWasmBackend();
await conformance(wasm, 1, []);
wasm.dispose();

const webgpu = await createWebgpuBackend();
// WGSL allows exp an error of 3 + 2 |x| ulp (WGSL, 15.7.4.1), where the bounds are proven for 2.
await conformance(webgpu, 16, ['gemm', 'softmax']);
webgpu.dispose();

for (const [name, run] of Object.entries(webgpuTests)) await attempt(`webgpu: ${name}`, run);
window.results = results;
