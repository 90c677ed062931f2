import { describe, expect, it } from 'vitest';
import { ComplexityError, type ParallelismOptions, parallelism } from '../src/index.js';

const sizes = { n: 512, l: 6, t: 512, h: 8 };

describe('parallelism', () => {
  it('an RNN has a wavefront of t + l - 1 steps, a Transformer l steps', () => {
    const { rnn, transformer } = parallelism(sizes);
    expect([`${rnn.sequentialStepsFormula}`, rnn.sequentialSteps]).toEqual(['t + l - 1', 517]);
    expect([`${transformer.sequentialStepsFormula}`, transformer.sequentialSteps]).toEqual(['l', 6]);
    // ceil(log2(1024)) + 2 = 12 operations in a cell.
    expect([rnn.span, rnn.spanFormula]).toEqual([517 * 12, '(t + l - 1)*(ceil(log2(2*n)) + 2)']);
    // 7 sums over n and one over 4n, one over n/h, three over t, 28 elementwise and product operations.
    expect(transformer.span).toBe(6 * (7 * 9 + 11 + 6 + 3 * 9 + 28));
    expect(`${rnn.work} ${transformer.work}`).toBe(`${4 * 6 * 512 ** 3} ${28 * 6 * 512 ** 3}`);
    expect(rnn.parallelism).toBeCloseTo((4 * 6 * 512 ** 3) / (517 * 12), 6);
  });

  it('says what blocks: the length for an RNN, the layers for a Transformer', () => {
    const { rnn, transformer } = parallelism(sizes);
    expect(rnn.blocks).toEqual({
      dependency: 'a cell waits for its own state of the timestep before and for the cell of the layer below',
      growsWithLength: true,
      addedByDoubling: { n: 517, l: 72, t: 6144 },
      mostBy: 't',
    });
    expect(transformer.blocks).toEqual({
      dependency: 'a block waits for the block of the layer below, for all timesteps at once',
      growsWithLength: false,
      addedByDoubling: { n: 6 * 9, l: transformer.span, t: 6 * 3 },
      mostBy: 'l',
    });
  });

  it('generation is t l steps for both', () => {
    const { rnn, transformer } = parallelism({ ...sizes, generation: 'cached' });
    expect([rnn.sequentialSteps, transformer.sequentialSteps]).toEqual([3072, 3072]);
    expect([rnn.blocks.growsWithLength, transformer.blocks.growsWithLength]).toEqual([true, true]);
    expect(transformer.blocks.dependency).toMatch(/^a timestep waits for the one generated before it; /);
  });

  it('every option changes the result', () => {
    const span = (options: Partial<ParallelismOptions>) => {
      const { rnn, transformer } = parallelism({ ...sizes, ...options });
      return `${rnn.span} ${transformer.span} ${rnn.work} ${transformer.work}`;
    };
    const changes: Partial<ParallelismOptions>[] = [
      { n: 1024 },
      { l: 7 },
      { t: 513 },
      { h: 1 },
      { phase: 'training' },
      { generation: 'cached' },
      { generation: 'uncached' },
    ];
    expect(new Set([{}, ...changes].map(span)).size).toBe(changes.length + 1);
    expect(parallelism({ n: 512, l: 6, t: 512 })).toEqual(parallelism({ ...sizes, h: 1 }));
    expect(parallelism({ ...sizes, phase: 'training' }).rnn.sequentialSteps).toBe(2 * 517);
  });

  it('grows with log t and with t: a longer sequence helps the Transformer', () => {
    const ratio = (t: number) => {
      const { rnn, transformer } = parallelism({ ...sizes, t });
      return rnn.span / transformer.span;
    };
    expect([ratio(16) < 1, ratio(4096) > 10]).toEqual([true, true]);
  });

  it.each<[object, string]>([
    [{ n: 4, l: 1 }, 'parallelism: sizes have no t, expected a value for each of n, l, t'],
    [{ ...sizes, t: 0 }, 'parallelism: t is 0, expected a positive integer'],
    [{ ...sizes, h: 7 }, 'parallelism: h is 7, expected a divisor of n = 512'],
    [{ ...sizes, layers: 2 }, "parallelism: unknown option 'layers', expected one of n, l, t, h, phase, generation"],
    [{ ...sizes, phase: 'train' }, "analyze: phase is 'train', expected 'training' or 'test'"],
    [{ ...sizes, generation: 'kv' }, "analyze: generation is 'kv', expected 'none' or 'cached' or 'uncached'"],
  ])('refuses %j', (options, message) => {
    expect(() => parallelism(options as ParallelismOptions)).toThrow(new ComplexityError(message));
  });
});
