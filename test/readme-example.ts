import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

/** Runs the first ```ts block of the README of the package whose test calls this, and returns the lines it logs. */
export async function runReadmeExample(testUrl: string): Promise<string[]> {
  const readme = readFileSync(new URL('../README.md', testUrl), 'utf8');
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
  if (!example) throw new Error(`no ts block in the README beside ${testUrl}`);
  const file = fileURLToPath(new URL(`./readme-example-${process.pid}.ts`, testUrl));
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => void lines.push(values.join(' ')));
  writeFileSync(file, example);
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    rmSync(file);
    log.mockRestore();
  }
  return lines;
}
