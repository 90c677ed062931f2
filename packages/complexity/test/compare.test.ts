import { describe, expect, it } from 'vitest';
import { type CompareOptions, type Comparison, ComplexityError, compare, Polynomial } from '../src/index.js';

const rows = (comparison: Comparison, index: 0 | 1) =>
  comparison.tables[index].rows.map((row) => [row.architecture, row.phase, row.reading, `${row.exact}`, row.verdict]);

describe('compare', () => {
  it('reproduces table 1.1.1', () => {
    const comparison = compare();
    expect(comparison.tables[0].id).toBe('1.1.1');
    expect(rows(comparison, 0)).toEqual([
      ['RNN', 'training', 'forward and backward pass', '12*l*t*n^2', 'agree'],
      ['RNN', 'test', 'forward pass', '4*l*t*n^2', 'agree'],
      ['Transformer', 'training', 'forward and backward pass', '72*l*t*n^2 + 12*l*t^2*n', 'disagree'],
      ['Transformer', 'test', 'forward pass', '24*l*t*n^2 + 4*l*t^2*n', 'disagree'],
      ['Transformer', 'training', 'forward and backward pass, attention core alone', '12*l*t^2*n', 'agree'],
      ['Transformer', 'test', 'forward pass, attention core alone', '4*l*t^2*n', 'agree'],
      ['Transformer', 'test', 'generation, keys and values kept', '24*l*t*n^2 + 2*l*t^2*n + 2*l*t*n', 'disagree'],
      [
        'Transformer',
        'test',
        'generation, prefix run again for each timestep',
        '12*l*t^2*n^2 + 4/3*l*t^3*n + 12*l*t*n^2 + 2*l*t^2*n + 2/3*l*t*n',
        'disagree',
      ],
    ]);
    expect(comparison.tables[0].rows.map(({ claim }) => `${claim}`)).toEqual([
      ...['l*t*n^2', 'l*t*n^2'],
      ...new Array(6).fill('l*t^2*n'),
    ]);
  });

  it('reproduces table 1.1.2', () => {
    const comparison = compare();
    expect(comparison.tables[1].id).toBe('1.1.2');
    expect(rows(comparison, 1)).toEqual([
      ['RNN', 'training', 'activations', 'l*t*n + t*n', 'agree'],
      ['RNN', 'training', 'activations, weights and gradients', '4*l*n^2 + l*t*n + t*n + 4*l*n', 'disagree'],
      ['RNN', 'test', 'activations', 'l*n + n', 'agree'],
      ['RNN', 'test', 'activations and weights', '2*l*n^2 + 3*l*n + n', 'disagree'],
      ['Transformer', 'training', 'activations, scores stored', 'l*h*t^2 + 16*l*t*n', 'disagree'],
      ['Transformer', 'training', 'activations, scores tiled', '16*l*t*n', 'agree'],
      [
        'Transformer',
        'training',
        'activations, weights and gradients, scores tiled',
        '24*l*n^2 + 16*l*t*n + 26*l*n',
        'disagree',
      ],
      ['Transformer', 'test', 'activations of a pass, scores stored', 'h*t^2 + 8*t*n', 'disagree'],
      ['Transformer', 'test', 'activations of a pass, scores tiled', '8*t*n', 'disagree'],
      ['Transformer', 'test', 'activations of a generation, keys and values kept', '2*l*t*n + h*t + 6*n', 'agree'],
      [
        'Transformer',
        'test',
        'activations and weights of a generation',
        '12*l*n^2 + 2*l*t*n + 13*l*n + h*t + 6*n',
        'disagree',
      ],
    ]);
    expect(comparison.tables[1].rows.map(({ claim }) => `${claim}`)).toEqual([
      ...['l*t*n', 'l*t*n', 'l*n', 'l*n'],
      ...new Array(7).fill('l*t*n'),
    ]);
  });

  it('gives the reason, from the parts in which a missing term occurs', () => {
    const [time, space] = compare().tables;
    expect(time.rows[0]).toMatchObject({
      order: 'O(l*t*n^2)',
      missing: [],
      excess: [],
      reason: 'true up to constants: the leading part is 12*l*t*n^2',
    });
    expect(time.rows[3]).toMatchObject({
      order: 'O(l*t*n^2 + l*t^2*n)',
      missing: ['l*t*n^2'],
      excess: [],
      reason: 'l*t*n^2 is missing (query, key and value projections, output projection, feed-forward)',
    });
    expect(space.rows[7]).toMatchObject({
      order: 'O(h*t^2 + t*n)',
      missing: ['h*t^2'],
      excess: ['l*t*n'],
      reason: 'h*t^2 is missing (attention weights); nothing grows as fast as l*t*n, O(h*t^2 + t*n) is enough',
    });
  });

  it('the verdicts are what the numbers do: cost over claim stays bounded both ways, or does not', () => {
    const growing = [
      { n: 2 ** 40, h: 1, l: 1, t: 1 },
      { n: 2 ** 40, h: 2 ** 40, l: 1, t: 1 },
      { n: 2, h: 2, l: 2 ** 40, t: 1 },
      { n: 2, h: 1, l: 1, t: 2 ** 40 },
    ];
    for (const { rows: all } of compare().tables) {
      for (const { exact, claim, verdict } of all) {
        const ratios = growing.map((at) => exact.evaluate(at).dividedBy(claim.evaluate(at)).toNumber());
        const bounded = ratios.every((ratio) => ratio > 1e-3 && ratio < 1e3);
        expect(bounded ? 'agree' : 'disagree').toBe(verdict);
      }
    }
  });

  it('takes another recurrent network, Transformer options and sizes', () => {
    const options: CompareOptions = {
      recurrent: 'lstm',
      transformer: { gated: true },
      sizes: { n: 512, l: 6, t: 128, h: 8 },
    };
    const { tables } = compare(options);
    const [cell, , , block] = tables[0].rows;
    expect([cell?.architecture, `${cell?.exact}`, cell?.verdict]).toEqual(['LSTM', '48*l*t*n^2', 'agree']);
    expect([`${block?.exact}`, block?.claimNumber, block?.number]).toEqual([
      '32*l*t*n^2 + 4*l*t^2*n',
      6 * 128 ** 2 * 512,
      32 * 6 * 128 * 512 ** 2 + 4 * 6 * 128 ** 2 * 512,
    ]);
    expect(`${compare({ recurrent: 'gru' }).tables[0].rows[0]?.exact}`).toBe('36*l*t*n^2');
    expect(compare().tables[0].rows[0]?.number).toBeUndefined();
  });

  it('judges what it computes: a feed-forward ratio that may grow is missing from the claims', () => {
    const { tables } = compare({ transformer: { feedForwardRatio: Polynomial.symbol('r') } });
    expect(tables[0].rows[3]?.missing).toEqual(['l*t*r*n^2']);
    expect(tables[1].rows[5]).toMatchObject({ verdict: 'disagree', missing: ['l*t*r*n'] });
  });

  it.each<[CompareOptions | object, string]>([
    [{ arch: 1 }, "compare: unknown option 'arch', expected one of recurrent, transformer, sizes"],
    [{ recurrent: 'cnn' }, "compare: recurrent is 'cnn', expected 'rnn' or 'gru' or 'lstm'"],
    [
      { transformer: { scores: 'tiled' } },
      'compare: transformer has scores, expected none, since both kinds are in the table',
    ],
    [
      { transformer: { heads: 1 } },
      "architectures.transformer: unknown option 'heads', expected one of feedForwardRatio, gated, scores, causalHalved, dropout, biases",
    ],
    [{ sizes: { n: 4, t: 1 } }, 'compare: sizes have no l, expected a value for each of l, t, n'],
  ])('refuses %j', (options, message) => {
    expect(() => compare(options as CompareOptions)).toThrow(new ComplexityError(message));
  });
});
