import { describe, expect, it } from 'vitest';
import {
  type AnalyzeOptions,
  analyze,
  architectures,
  ComplexityError,
  elementsOf,
  flopsOf,
  memoryBytes,
  Polynomial,
  Rational,
  type RecurrentOptions,
  type TransformerOptions,
} from '../src/index.js';

const training = { phase: 'training' } as const;
const test = { phase: 'test' } as const;
const m = Polynomial.symbol('m');
const kinds = ['rnn', 'gru', 'lstm'] as const;

describe('the exact costs of reference/complexity.md 1.1', () => {
  it('recurrent layers: 2 g t n (m + n) FLOP, measured 491 520 / 1 474 560 / 1 966 080 at m=32, n=64, t=10, b=4', () => {
    const measured = { rnn: 491_520, gru: 1_474_560, lstm: 1_966_080 };
    for (const kind of kinds) {
      const layer = analyze(architectures[kind]({ inputSize: 32 }), { ...test, sizes: { n: 64, l: 1, t: 10 } });
      expect(layer.numbers?.flops).toBe(measured[kind] / 4);
    }
    const flops = (kind: 'rnn' | 'gru' | 'lstm') => `${analyze(architectures[kind](), test).flops}`;
    expect(kinds.map(flops)).toEqual(['4*l*t*n^2', '12*l*t*n^2', '16*l*t*n^2']);
    const wide = analyze(architectures.gru({ inputSize: m }), test).flops.substitute({ l: 1 });
    expect(`${wide}`).toBe('6*t*n^2 + 6*t*m*n');
  });

  it('a Transformer block: 24 t n^2 + 4 t^2 n, gated 32 t n^2 + 4 t^2 n, measured 3 758 096 384 at n = t = 512', () => {
    const block = analyze(architectures.transformer(), { ...test, sizes: { n: 512, l: 1, t: 512, h: 8 } });
    expect(`${block.flops}`).toBe('24*l*t*n^2 + 4*l*t^2*n');
    expect(block.numbers?.flops).toBe(3_758_096_384);
    expect(`${analyze(architectures.transformer({ gated: true }), test).flops}`).toBe('32*l*t*n^2 + 4*l*t^2*n');
    expect(`${block.parameters}`).toBe('12*l*n^2 + 13*l*n');
  });

  it('GFLOP per layer at n = 512, as in 1.2', () => {
    const at = (architecture: ReturnType<typeof architectures.rnn>, t: number) =>
      (analyze(architecture, { ...test, sizes: { n: 512, l: 1, t, h: 8 } }).numbers?.flops ?? 0) / 1e9;
    const all = [...kinds.map((kind) => architectures[kind]()), architectures.transformer()];
    const table = [512, 3072, 16384].map((t) => all.map((architecture) => Number(at(architecture, t).toPrecision(4))));
    expect(table).toEqual([
      [0.5369, 1.611, 2.147, 3.758],
      [3.221, 9.664, 12.88, 38.65],
      [17.18, 51.54, 68.72, 652.8],
    ]);
  });

  it('training is three forward passes; with tiled scores the core is 7/2 of its forward pass', () => {
    for (const architecture of [architectures.lstm(), architectures.transformer()]) {
      expect(analyze(architecture, training).flops.equals(analyze(architecture, test).flops.times(3))).toBe(true);
    }
    const tiled = architectures.transformer({ scores: 'tiled' });
    const core = (phase: 'training' | 'test') =>
      flopsOf(analyze(tiled, { phase }), 'attention scores', 'weighted values');
    expect(core('training').equals(core('test').times(new Rational(7n, 2n)))).toBe(true);
  });

  it('generation: 24 t n^2 + 2 t (t + 1) n with a cache, Theta(t^2 n^2 + t^3 n) without, t l steps', () => {
    const cached = analyze(architectures.transformer(), { ...test, generation: 'cached' });
    expect(`${cached.flops}`).toBe('24*l*t*n^2 + 2*l*t^2*n + 2*l*t*n');
    expect(`${cached.sequentialSteps}`).toBe('l*t');
    const uncached = analyze(architectures.transformer(), { ...test, generation: 'uncached' });
    expect(uncached.orders.flops).toBe('O(l*t^2*n^2 + l*t^3*n)');
    expect(`${uncached.sequentialSteps}`).toBe('l*t');
  });

  it('memory: 34 + 5ht/n bytes per element and layer in 16-bit training with dropout, 34 with tiled scores', () => {
    const bytes = (options: TransformerOptions) => {
      const { memory } = analyze(architectures.transformer({ dropout: true, ...options }), training);
      return `${memoryBytes(
        memory.filter(({ kind }) => kind === 'activations'),
        2,
      )}`;
    };
    expect([bytes({}), bytes({ scores: 'tiled' })]).toEqual(['5*l*h*t^2 + 34*l*t*n', '34*l*t*n']);
  });

  it('memory of recurrent layers: states kept for backpropagation through time, weights', () => {
    const kept = kinds.map((kind) => {
      const analysis = analyze(architectures[kind]({ biases: 0 }), training);
      return [`${analysis.activations}`, `${analysis.parameters}`];
    });
    expect(kept).toEqual([
      ['l*t*n + t*n', '2*l*n^2'],
      ['5*l*t*n + t*n', '6*l*n^2'],
      ['6*l*t*n + t*n', '8*l*n^2'],
    ]);
    expect(analyze(architectures.lstm(), test).orders.activations).toBe('O(l*n)');
  });

  it('work and span: t + l - 1 cells in the wavefront, log t in a block', () => {
    const [cell, block] = [analyze(architectures.rnn(), test), analyze(architectures.transformer(), test)];
    expect([cell.sequentialSteps, block.sequentialSteps].map(String)).toEqual(['t + l - 1', 'l']);
    expect(cell.span.formula).toBe('(t + l - 1)*(ceil(log2(2*n)) + 2)');
    const at = { n: 64, l: 1, h: 1 };
    const longer = (factor: number) =>
      block.span.evaluate({ ...at, t: 64 * factor }) - block.span.evaluate({ ...at, t: 64 });
    // Three sums over t on the path: maximum and sum of the softmax, weighted values.
    expect([longer(2), longer(4), longer(1024)]).toEqual([3, 6, 30]);
    const wide = block.span.evaluate({ ...at, n: 128, h: 2, t: 64 }) - block.span.evaluate({ ...at, t: 64 });
    expect(wide).toBe(8);
  });
});

describe('every option changes the result', () => {
  const fingerprint = (architecture: ReturnType<typeof architectures.rnn>): string =>
    JSON.stringify(
      [training, test, { ...test, generation: 'cached' }].map((options) => {
        const { flops, parameters, activations, span, memory } = analyze(architecture, options as AnalyzeOptions);
        return [flops, parameters, activations, span.formula, ...memory.map(({ name }) => name)].map(String);
      }),
    );

  it.each<[string, TransformerOptions]>([
    ['feedForwardRatio', { feedForwardRatio: 2 }],
    ['feedForwardRatio, exact', { feedForwardRatio: new Rational(8n, 3n) }],
    ['feedForwardRatio, symbolic', { feedForwardRatio: Polynomial.symbol('r') }],
    ['gated', { gated: true }],
    ['scores', { scores: 'tiled' }],
    ['causalHalved', { causalHalved: true }],
    ['dropout', { dropout: true }],
    ['biases', { biases: false }],
  ])('transformer: %s', (_, options) => {
    expect(fingerprint(architectures.transformer(options))).not.toBe(fingerprint(architectures.transformer()));
  });

  it.each<[string, RecurrentOptions]>([
    ['inputSize', { inputSize: 3 }],
    ['inputSize, symbolic', { inputSize: m }],
    ['biases 1', { biases: 1 }],
    ['biases 0', { biases: 0 }],
  ])('recurrent: %s', (_, options) => {
    for (const kind of kinds) {
      expect(fingerprint(architectures[kind](options))).not.toBe(fingerprint(architectures[kind]()));
    }
  });

  it('analyze: phase, generation and sizes', () => {
    const of = (options: AnalyzeOptions) => analyze(architectures.transformer(), options);
    expect(of(training).flops.equals(of(test).flops)).toBe(false);
    const flops = (['none', 'cached', 'uncached'] as const).map((generation) => `${of({ ...test, generation }).flops}`);
    expect(new Set(flops).size).toBe(3);
    expect(of(test).numbers).toBeUndefined();
    const sizes = { n: 8, l: 2, t: 3, h: 2 };
    const { numbers, span } = of({ ...test, sizes });
    expect(numbers).toEqual({
      parameters: 1744,
      macs: 4896,
      flops: 9792,
      activations: 210,
      weights: 1744,
      sequentialSteps: 2,
      maximumPathLength: 2,
      span: span.evaluate(sizes),
    });
  });
});

describe('an analysis', () => {
  it('has parts that add up', () => {
    for (const options of [training, test, { ...test, generation: 'uncached' as const }]) {
      for (const architecture of [architectures.gru(), architectures.transformer({ dropout: true })]) {
        const analysis = analyze(architecture, options);
        const { flops, macs, terms, memory, activations, weights } = analysis;
        expect(flopsOf(analysis, ...terms.map(({ name }) => name)).equals(flops)).toBe(true);
        expect(macs.times(2).equals(flops)).toBe(true);
        const all = elementsOf(analysis, ...memory.map(({ name }) => name));
        expect(all.equals(activations.plus(weights))).toBe(true);
      }
    }
  });

  it('knows the orders of growth, with h a divisor of n', () => {
    const cached = analyze(architectures.transformer(), { ...test, generation: 'cached' });
    expect(`${cached.activations}`).toBe('2*l*t*n + h*t + 6*n');
    expect(cached.activations.bigO()).toBe('O(l*t*n + h*t)');
    expect(cached.orders).toEqual({
      parameters: 'O(l*n^2)',
      macs: 'O(l*t*n^2 + l*t^2*n)',
      flops: 'O(l*t*n^2 + l*t^2*n)',
      activations: 'O(l*t*n)',
      weights: 'O(l*n^2)',
      sequentialSteps: 'O(l*t)',
      maximumPathLength: 'O(l)',
    });
  });

  it('says what waits for what and what is not counted', () => {
    const { dependency, notCounted } = analyze(architectures.transformer({ scores: 'tiled' }), {
      ...test,
      generation: 'cached',
    });
    expect(dependency).toBe(
      'a timestep waits for the one generated before it; a block waits for the block of the layer below, for all timesteps at once',
    );
    expect(notCounted).toHaveLength(5);
    expect(notCounted[0]).toBe('softmax, about 5*h*t^2 operations per layer');
  });
});

describe('refused', () => {
  const transformer = (options: object) => () => architectures.transformer(options as TransformerOptions);
  const rnn = (options: object) => () => architectures.rnn(options as RecurrentOptions);
  const analyzed = (options: unknown) => () => analyze(architectures.transformer(), options as AnalyzeOptions);
  const sized = (sizes: unknown) => analyzed({ phase: 'test', sizes });
  it.each<[() => unknown, string]>([
    [rnn({ bias: 1 }), "architectures.rnn: unknown option 'bias', expected one of inputSize, biases"],
    [rnn({ biases: 3 }), 'architectures.rnn: biases is 3, expected 0, 1 or 2'],
    [rnn({ inputSize: 'm' }), "architectures.rnn: inputSize is 'm', expected a positive integer or a Polynomial"],
    [rnn({ inputSize: 1.5 }), 'architectures.rnn: inputSize is 1.5, expected a positive integer'],
    [
      () => architectures.rnn(null as unknown as RecurrentOptions),
      'architectures.rnn: options are null, expected an object',
    ],
    [
      transformer({ heads: 8 }),
      "architectures.transformer: unknown option 'heads', expected one of feedForwardRatio, gated, scores, causalHalved, dropout, biases",
    ],
    [
      transformer({ feedForwardRatio: 0 }),
      'architectures.transformer: feedForwardRatio is 0, expected a positive number, Rational or Polynomial',
    ],
    [transformer({ gated: 1 }), 'architectures.transformer: gated is 1, expected true or false'],
    [
      transformer({ scores: 'flash' }),
      "architectures.transformer: scores is 'flash', expected 'materialised' or 'tiled'",
    ],
    [analyzed(undefined), 'analyze: options are undefined, expected an object'],
    [analyzed([]), 'analyze: options are an array, expected an object'],
    [analyzed({}), "analyze: phase is undefined, expected 'training' or 'test'"],
    [analyzed({ phase: 'test', size: {} }), "analyze: unknown option 'size', expected one of phase, generation, sizes"],
    [
      analyzed({ phase: 'test', generation: 'kv' }),
      "analyze: generation is 'kv', expected 'none' or 'cached' or 'uncached'",
    ],
    [
      analyzed({ phase: 'training', generation: 'cached' }),
      "analyze: generation is 'cached' with phase 'training', expected phase 'test'",
    ],
    [
      () => analyze({} as ReturnType<typeof architectures.rnn>, test),
      'analyze: architecture is an object, expected what architectures.rnn or one of the others returns',
    ],
    [sized(7), 'analyze: sizes are 7, expected an object'],
    [sized({ n: 4, t: 2 }), 'analyze: sizes have no l, h, expected a value for each of l, h, t, n'],
    [sized({ n: 4, t: 2, l: 1, h: 3 }), 'analyze: h is 3, expected a divisor of n = 4'],
    [sized({ n: 4, t: 2.5, l: 1, h: 1 }), 'analyze: t is 2.5, expected a positive integer'],
    [sized({ n: 4n, t: 0n, l: 1, h: 1 }), 'analyze: t is 0n, expected a positive integer'],
    [sized({ n: new Rational(1n, 2n), t: 1, l: 1, h: 1 }), 'analyze: n is 1/2, expected a positive integer'],
    [sized({ n: 4, t: 2, l: 1, h: 1, r: -1 }), 'analyze: r is -1, expected a positive number'],
    [
      () => analyze(architectures.rnn(), test).span.evaluate({ n: 4, l: 1 }),
      'span.evaluate: sizes have no t, expected a value for each of l, t, n',
    ],
    [
      () => flopsOf(analyze(architectures.rnn(), test), 'scores'),
      "flopsOf: name is 'scores', expected one of 'input matrices', 'recurrent matrices'",
    ],
    [
      () => elementsOf(analyze(architectures.rnn(), test), 'cache'),
      "elementsOf: name is 'cache', expected one of 'weights', 'hidden state', 'gates of the current cell'",
    ],
    [() => memoryBytes([], 0), 'memoryBytes: bytesPerNumber is 0, expected a positive integer'],
  ])('%#: %s', (run, message) => {
    expect(run).toThrow(new ComplexityError(message));
  });
});
