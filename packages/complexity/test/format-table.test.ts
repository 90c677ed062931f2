import { describe, expect, it } from 'vitest';
import {
  analyze,
  architectures,
  ComplexityError,
  compare,
  crossover,
  formatTable,
  Polynomial,
  parallelism,
  type Tabular,
} from '../src/index.js';

const [t, n] = ['t', 'n'].map(Polynomial.symbol) as [Polynomial, Polynomial];

describe('formatTable', () => {
  it('aligns columns as text', () => {
    expect(formatTable(crossover(t.times(4), n.times(24), 't'), 'text')).toBe(
      ['Crossover in t', '', 'where    cheaper', '-------  -------', 't < 6*n  a', 't > 6*n  b'].join('\n'),
    );
  });

  it('writes Markdown in which products stay products', () => {
    expect(formatTable(crossover(t.times(4), n.times(24), 't'), 'markdown')).toBe(
      ['**Crossover in t**', '', '| where | cheaper |', '| --- | --- |', '| t < 6\\*n | a |', '| t > 6\\*n | b |'].join(
        '\n',
      ),
    );
  });

  it('shows both tables of a comparison with claim, exact result, verdict and reason', () => {
    const text = formatTable(compare(), 'text');
    expect(text).toContain('Table 1.1.1. Time, FLOP');
    expect(text).toContain('Table 1.1.2. Space, elements');
    const row = text.split('\n').find((line) => /^Transformer +test +forward pass {2}/.test(line));
    expect(row?.split(/ {2,}/)).toEqual([
      'Transformer',
      'test',
      'forward pass',
      'l*t^2*n',
      '24*l*t*n^2 + 4*l*t^2*n',
      'O(l*t*n^2 + l*t^2*n)',
      'disagree',
      'l*t*n^2 is missing (query, key and value projections, output projection, feed-forward)',
    ]);
    const markdown = formatTable(compare({ sizes: { n: 8, l: 1, t: 10, h: 2 } }), 'markdown');
    expect(markdown).toContain(
      '| RNN | test | forward pass | l\\*t\\*n^2 | 4\\*l\\*t\\*n^2 | O(l\\*t\\*n^2) | 640 | 2 560 | agree |',
    );
  });

  it('shows an analysis, with numbers when there are sizes, and what is not counted', () => {
    const sizes = { n: 512, l: 6, t: 128 };
    const text = formatTable(analyze(architectures.lstm(), { phase: 'test', sizes }), 'text');
    expect(text).toContain('LSTM, test\n');
    expect(text).toMatch(/^FLOP +16\*l\*t\*n\^2 +O\(l\*t\*n\^2\) +3 221 225 472$/m);
    expect(text).toMatch(/^critical path, operations +\(t \+ l - 1\)\*\(ceil\(log2\(2\*n\)\) \+ 6\) +2 128$/m);
    expect(text).toContain('not counted: optimizer step and optimizer state');
    const cached = formatTable(analyze(architectures.rnn(), { phase: 'test', generation: 'cached' }), 'markdown');
    expect(cached).toContain('**RNN, test, generation cached**');
    expect(cached).toContain('| quantity | exact | order |');
    expect(cached).toContain('- not counted: embedding');
  });

  it('shows work and span', () => {
    const lines = formatTable(parallelism({ n: 512, l: 6, t: 512, h: 8 }), 'text').split('\n');
    expect(lines[4]?.split(/ {2,}/)).toEqual([
      'RNN',
      '3 221 225 472',
      't + l - 1 = 517',
      '6 204',
      '519218',
      '6 144, 72, 517',
    ]);
    expect(lines.at(-1)).toBe('Transformer: a block waits for the block of the layer below, for all timesteps at once');
  });

  it('has no trailing spaces', () => {
    expect(formatTable(compare(), 'text')).not.toMatch(/ $/m);
  });

  it.each<[() => string, string]>([
    [() => formatTable(compare(), 'html' as 'text'), "formatTable: format is 'html', expected 'text' or 'markdown'"],
    [
      () => formatTable({} as Tabular, 'text'),
      'formatTable: result is an object, expected what compare, analyze, crossover or parallelism returns',
    ],
    [
      () => formatTable(null as unknown as Tabular, 'text'),
      'formatTable: result is null, expected what compare, analyze, crossover or parallelism returns',
    ],
  ])('%#: %s', (run, message) => {
    expect(run).toThrow(new ComplexityError(message));
  });
});
