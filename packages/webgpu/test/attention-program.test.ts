import { expect, it } from 'vitest';
import { AttentionProgram, keysPerTile } from '../src/attention-program.js';

const sizes = { N: 3, L: 70, S: 9, D: 16, Dv: 8, masked: false };

it('fits a tile of keys and values into the workgroup memory every device has', () => {
  for (const [D, Dv] of [
    [0, 1],
    [1, 1],
    [64, 64],
    [128, 256],
    [2048, 2048],
  ] as const) {
    const T = keysPerTile(D, Dv);
    expect(T).toBeGreaterThan(0);
    expect(T).toBeLessThanOrEqual(32);
    expect(4 * T * (D + Dv)).toBeLessThanOrEqual(16384);
  }
  expect(keysPerTile(2049, 2048)).toBe(0);
});

it('covers every query of every group', () => {
  expect(new AttentionProgram('output', sizes).dispatch).toEqual([2, 3, 1]);
  expect(new AttentionProgram('output', { ...sizes, N: 65_536 }).dispatch).toEqual([2, 65_535, 2]);
});

it('has a pipeline key of its own for every source text', () => {
  const programs = (['output', 'lse', 'weights'] as const).flatMap((part) =>
    [sizes, { ...sizes, D: 17 }, { ...sizes, Dv: 9 }, { ...sizes, masked: true }, { ...sizes, N: 65_536 }].map(
      (all) => new AttentionProgram(part, all),
    ),
  );
  const sources = new Map<string, string>();
  for (const program of programs) {
    const known = sources.get(program.shaderKey);
    expect(known ?? program.getUserCode()).toBe(program.getUserCode());
    sources.set(program.shaderKey, program.getUserCode());
  }
});
