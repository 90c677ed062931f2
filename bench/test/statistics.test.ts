import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantile, summarize } from '../src/statistics.js';

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(quantile([5, 1, 3], 0.5)).toBe(3);
    expect(quantile([7], 0.75)).toBe(7);
  });

  it('takes the extremes at 0 and 1 and never leaves them', () => {
    const samples = fc.array(fc.double({ min: 0.1, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        expect(quantile(values, 0)).toBe(Math.min(...values));
        expect(quantile(values, 1)).toBe(Math.max(...values));
        expect(quantile(values, q)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(quantile(values, q)).toBeLessThanOrEqual(Math.max(...values));
      }),
      { seed: 2 },
    );
  });

  it('refuses no samples', () => {
    expect(() => quantile([], 0.5)).toThrow('quantile: needs at least one sample, got none');
  });
});

it('summarize gives five figures and leaves the samples alone', () => {
  const samples = [10, 30, 20, 50, 40];
  expect(summarize(samples)).toEqual({
    minimum: 10,
    lowerQuartile: 20,
    median: 30,
    upperQuartile: 40,
    spread: 20 / 30,
    samples: 5,
  });
  expect(samples).toEqual([10, 30, 20, 50, 40]);
});
