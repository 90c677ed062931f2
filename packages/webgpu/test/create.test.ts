import { expect, it } from 'vitest';
import { createWebgpuBackend } from '../src/index.js';

it('says what is missing where there is no WebGPU', async () => {
  await expect(createWebgpuBackend()).rejects.toThrow(
    expect.objectContaining({
      name: 'UnsupportedError',
      message: expect.stringContaining('createWebgpuBackend: there is no navigator.gpu here'),
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
});
