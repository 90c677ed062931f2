import { describe, expect, it } from 'vitest';
import { compare, gatherRows, sampleRows } from '../src/check.js';

const expected = [{ rows: [0, 2], width: 2, values: Float64Array.of(1, 2, 5, 6) }];
const exact = { absolute: 0, relative: 0 };

describe('compare', () => {
  it('accepts what agrees and reports the largest error', () => {
    const verdict = compare([Float32Array.of(1, 2.25, 0, 0, 5, 6)], expected, 6, { absolute: 0.5, relative: 0 });
    expect(verdict).toEqual({ maximumError: 0.25, tolerance: '5.0e-1' });
  });

  it('names the element beyond the tolerance', () => {
    const { fault } = compare([Float32Array.of(1, 2, 0, 0, 5, 7)], expected, 6, { absolute: 0.1, relative: 0.1 });
    expect(fault).toBe('row 2, column 1 is 7, expected 6 within 1.0e-1 + 1.0e-1 |expected|');
  });

  it('refuses a wrong size, a wrong number of arrays and numbers that are not finite anywhere', () => {
    expect(compare([Float32Array.of(1, 2)], expected, 6, exact).fault).toBe('array 0 has 2 elements, expected 6');
    expect(compare([], expected, 6, exact).fault).toBe('gave 0 arrays, expected 1');
    const odd = Float32Array.of(1, 2, 0, Number.NaN, 5, 6);
    expect(compare([odd], expected, 6, exact).fault).toBe('element 3 of array 0 is NaN');
  });
});

it('sampleRows takes all rows or an even choice with both ends', () => {
  expect(sampleRows(4, 10)).toEqual([0, 1, 2, 3]);
  expect(sampleRows(101, 5)).toEqual([0, 25, 50, 75, 100]);
  expect(sampleRows(10, 0.2)).toEqual([9]);
});

it('gatherRows copies rows in the order asked for', () => {
  expect([...gatherRows(Float32Array.of(0, 1, 2, 3, 4, 5), 2, [2, 0])]).toEqual([4, 5, 0, 1]);
});
