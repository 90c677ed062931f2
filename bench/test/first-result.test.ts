import { expect, it } from 'vitest';
import { type ProgramName, programs } from '../src/first-result.js';

it.each(Object.keys(programs) as ProgramName[])(
  '%s gives right results, in steps one after the other',
  async (name) => {
    const { imported, created, finished } = await programs[name]();
    expect(imported).toBeGreaterThanOrEqual(0);
    expect(created).toBeGreaterThanOrEqual(imported);
    expect(finished).toBeGreaterThanOrEqual(created);
  },
);
