import { describe, expect, it } from 'vitest';
import { conformanceCases } from '../src/conformance/index.js';
import { createReferenceBackend } from '../src/index.js';

describe('reference backend', () => {
  for (const { operator, name, run } of conformanceCases()) {
    it(`${operator}: ${name}`, async () => {
      const backend = await createReferenceBackend();
      await run(backend);
      expect(backend.info.bytesInUse).toBe(0);
      backend.dispose();
    });
  }
});
