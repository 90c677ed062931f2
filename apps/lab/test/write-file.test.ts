import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeWhole } from '../src/write-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dlv-write-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('replaces a file, makes its folder and leaves no temporary file', async () => {
  const file = join(folder, 'deep', 'report.json');
  await writeWhole(file, 'old');
  await writeWhole(file, 'new');
  expect(await readFile(file, 'utf8')).toBe('new');
  expect(await readdir(join(folder, 'deep'))).toEqual(['report.json']);
});

it('leaves nothing behind when it fails', async () => {
  await writeFile(join(folder, 'plain'), '');
  await expect(writeWhole(join(folder, 'plain', 'report.json'), 'x')).rejects.toThrow();
  await expect(writeWhole(folder, 'x')).rejects.toThrow();
  expect(
    (await readdir(join(folder, '..'))).filter((name) => name.includes('.tmp') && name.startsWith('dlv-write-')),
  ).toEqual([]);
});
