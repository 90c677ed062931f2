import { expect, it, vi } from 'vitest';
import { createWebgpuBackend } from '../src/index.js';

it('says what is missing where there is no WebGPU', async () => {
  await expect(createWebgpuBackend()).rejects.toThrow(
    expect.objectContaining({
      name: 'UnsupportedError',
      message:
        'createWebgpuBackend: there is no navigator.gpu here; WebGPU needs a browser that has it and a secure context ' +
        '(https or localhost)',
    }),
  );
});

it('checks its options before it looks for a GPU', async () => {
  await expect(createWebgpuBackend({ powerPreference: 'most' as never })).rejects.toThrow(
    "createWebgpuBackend: powerPreference must be 'low-power' or 'high-performance', got most",
  );
  await expect(createWebgpuBackend({ device: 1 as never })).rejects.toThrow(
    'createWebgpuBackend: device must be a GPUDevice, got 1',
  );
  await expect(createWebgpuBackend({ fast: true } as never)).rejects.toThrow(
    "createWebgpuBackend: unknown option 'fast'; it takes device, powerPreference",
  );
  const device = { createBuffer() {} } as never;
  await expect(createWebgpuBackend({ device, powerPreference: 'low-power' })).rejects.toThrow(
    'createWebgpuBackend: pass device or powerPreference, not both',
  );
});

it('says so when there is no adapter', async () => {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } });
  try {
    await expect(createWebgpuBackend()).rejects.toThrow(
      expect.objectContaining({
        name: 'UnsupportedError',
        message:
          'createWebgpuBackend: navigator.gpu.requestAdapter() found no adapter: no GPU, no driver, or WebGPU is switched off',
      }),
    );
  } finally {
    vi.unstubAllGlobals();
  }
});
