import { expect, it } from 'vitest';
import { outputCode, weightsCode } from '../src/attention-program.js';

const codes = [false, true].flatMap((masked) => [
  weightsCode(masked),
  ...[1, 2, 3, 4].flatMap((chunks) => [false, true].map((statistics) => outputCode(masked, chunks, statistics))),
]);

it('fits the workgroup memory every device has, 16384 bytes', () => {
  for (const code of codes) {
    const elements = [...code.matchAll(/var<workgroup> \w+ : (?:array<f32, (\d+)>|i32|atomic<u32>)/g)];
    expect(elements.length).toBe(code.match(/var<workgroup>/g)?.length);
    expect(4 * elements.reduce((sum, [, length]) => sum + Number(length ?? 1), 0)).toBeLessThanOrEqual(16384);
  }
});

it('reads a mask only where there is one', () => {
  expect(outputCode(false, 1, false)).not.toContain('maskStart');
  expect(outputCode(true, 1, false)).toContain('mask[maskStart[b] + i * uniforms.maskRow + j * uniforms.maskColumn]');
});

it('gives every combination of what is baked in a text of its own', () => {
  expect(new Set(codes).size).toBe(codes.length);
});
