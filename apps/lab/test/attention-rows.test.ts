import { createReferenceBackend, createWasmBackend } from '@dlv/kernels';
import { afterAll, describe, expect, it } from 'vitest';
import { attentionRows } from '../src/rows-attention.js';

const backends = { wasm: await createWasmBackend(), reference: await createReferenceBackend() };

describe.each(Object.entries(backends))('question 2 on the %s backend', (_, backend) => {
  afterAll(() => backend.dispose());

  it('agrees with both claims by checks that all hold', () => {
    const rows = attentionRows(backend);
    expect(rows.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['2.1', 'agree'],
      ['2.2', 'agree'],
    ]);
    for (const { checks } of rows) expect(checks.filter(({ holds }) => !holds)).toEqual([]);
  });
});
