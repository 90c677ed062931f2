import { createWasmBackend } from '@dlv/kernels';
import { expect, it } from 'vitest';
import { couplings } from '../src/token-coupling.js';

it('tells the layers that act per token from those that do not', async () => {
  const backend = await createWasmBackend();
  const { attention, feedForward, layerNorm, batchNorm } = couplings(backend);
  for (const layer of [feedForward, layerNorm]) {
    expect(layer.others).toBe(0);
    expect(layer.own).toBeGreaterThan(0.1);
    expect(layer.alone).toBeLessThan(1e-5);
  }
  for (const layer of [attention, batchNorm]) {
    expect(layer.others).toBeGreaterThan(0.01);
    expect(layer.alone).toBeGreaterThan(0.01);
  }
  expect(backend.info.bytesInUse).toBe(0);
  backend.dispose();
});
