import { describe, expect, it } from 'vitest';
import { conformanceCases } from '../src/conformance/index.js';
import { createWasmBackend } from '../src/index.js';

// Both binaries: Node 20 needs a flag for relaxed SIMD, which vitest.config.ts gives it.
describe.each(['fast', 'reproducible'] as const)('wasm backend, numerics %s', (numerics) => {
  it('runs the binary it should', async () => {
    const backend = await createWasmBackend({ numerics });
    expect(backend.info.relaxedSimd).toBe(numerics === 'fast');
    backend.dispose();
  });

  for (const { operator, name, run } of conformanceCases()) {
    it(`${operator}: ${name}`, async () => {
      const backend = await createWasmBackend({ numerics });
      await run(backend);
      expect(backend.info.bytesInUse).toBe(0);
      backend.dispose();
    });
  }
});
