// What the shape files say, without measuring: names that tell items apart, and the shapes the tables of figures are about.
import { describe, expect, it } from 'vitest';
import { suiteNames } from '../src/cli.js';
import { suites } from '../suites/index.js';

describe.each(suiteNames)('%s', (name) => {
  const items = suites[name];

  it('has items of different names, each with work of its own to do', () => {
    expect(new Set(items.map((item) => item.name)).size).toBe(items.length);
    for (const item of items) {
      expect(item.suite).toBe(name);
      expect(item.amount).toBeGreaterThan(0);
    }
  });
});

it('counts the operations and bytes of one run', () => {
  const amount = (suite: keyof typeof suites, name: string) => suites[suite].find((item) => item.name === name)?.amount;
  expect(amount('gemm', 'outer product [1024,1] x [1,1024]')).toBe(2 * 1024 * 1024);
  expect(amount('attention', '[4,2048,64]')).toBe(4 * 64 * 4 * 2048 * 2048);
  expect(amount('attention', '[4,2048,64] causal')).toBe(4 * 64 * 4 * ((2048 * 2049) / 2));
  expect(amount('attention-gradients', '[8,1024,64]')).toBe(14 * 64 * 8 * 1024 * 1024);
  expect(amount('elementwise', 'add [4096,1024] + [4096,1024]')).toBe(12 * 2 ** 22);
  expect(amount('elementwise', 'bias [4096,1024] + [1024]')).toBe(8 * 2 ** 22);
});
