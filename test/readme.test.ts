import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code as string);

it('has an example for each of the four questions', () => {
  expect(examples.length).toBe(4);
});

it.each(examples.map((code, i) => [i + 1, code] as const))('example %i prints what it says', async (i, code) => {
  const file = fileURLToPath(new URL(`./root-readme-${i}-${process.pid}.mjs`, import.meta.url));
  const printed: string[] = [];
  const show = (value: unknown) =>
    value instanceof Float32Array
      ? `Float32Array [ ${[...value].map((x) => Number(x.toPrecision(4)))} ]`
      : String(value);
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(values.map(show).join(' ')));
  writeFileSync(file, code);
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    rmSync(file);
    log.mockRestore();
  }
  const said = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text as string);
  expect(said.length).toBeGreaterThan(0);
  for (const text of said) expect(printed.some((line) => text.startsWith(line))).toBe(true);
});
