import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { figure, grouped } from '../src/figures.js';
import { beside, wrap } from '../src/wrap.js';

describe('wrap', () => {
  it('breaks at spaces and cuts long words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
    expect(wrap('', 5)).toEqual(['']);
  });

  it('keeps every character but spaces, and the width', () => {
    const text = fc.string({ maxLength: 80 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 30 }), (words, width) => {
        const lines = wrap(words, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      }),
      { seed: 1 },
    );
  });

  it('sets columns beside each other', () => {
    expect(beside(['a', 'bb'], ['x', '', 'z'], 2, 1)).toEqual(['a  x', 'bb', '   z']);
  });
});

describe('figure', () => {
  it.each([
    [0, '0'],
    [3758096384, '3.758e9'],
    [12345, '12 345'],
    [-1234, '-1 234'],
    [0.5, '0.5000'],
    [205.805567, '205.8'],
    [0.0000123, '1.23e-5'],
    [1e10, '1e10'],
    [Number.POSITIVE_INFINITY, 'infinity'],
    [Number.NEGATIVE_INFINITY, '-infinity'],
    [Number.NaN, 'not a number'],
  ])('%d is %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });

  it('rounds to the digits asked for', () => {
    expect(figure(6.85410196, 6)).toBe('6.85410');
  });

  it('groups thousands, of bigints too', () => {
    expect(grouped(3758096384n)).toBe('3 758 096 384');
  });
});
