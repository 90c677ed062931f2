import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  analyze,
  architectures,
  ComplexityError,
  type Crossover,
  crossover,
  elementsOf,
  flopsOf,
  memoryBytes,
  Polynomial,
  Quotient,
  Rational,
  type TransformerOptions,
} from '../src/index.js';

const [n, l, t, h, d] = ['n', 'l', 't', 'h', 'd'].map(Polynomial.symbol) as Polynomial[] as [
  Polynomial,
  Polynomial,
  Polynomial,
  Polynomial,
  Polynomial,
];
const test = { phase: 'test' } as const;
const block = (options: TransformerOptions = {}) => analyze(architectures.transformer(options), test);
const core = (options?: TransformerOptions) => flopsOf(block(options), 'attention scores', 'weighted values');
const projections = (options?: TransformerOptions) =>
  flopsOf(block(options), 'query, key and value projections', 'output projection');
const rest = (options?: TransformerOptions) => projections(options).plus(flopsOf(block(options), 'feed-forward'));
const recurrent = (kind: 'rnn' | 'gru' | 'lstm') => analyze(architectures[kind](), test);
const shown = ({ roots, regions }: Crossover) => [
  ...roots.map((root) => (root.kind === 'exact' ? `${root.at}` : root.value)),
  ...regions.map(({ where, cheaper }) => `${where}: ${cheaper}`),
];

describe('the crossovers of reference/complexity.md 1.2', () => {
  const causal = { causalHalved: true };
  const gated = { gated: true };
  it.each([
    ['attention core = QKVO projections', core(), projections(), '2*n'],
    ['attention core = rest of the block', core(), rest(), '6*n'],
    ['the same, causal', core(causal), rest(causal), '12*n'],
    ['the same, gated', core(gated), rest(gated), '8*n'],
    ['the same, gated and causal', core({ ...gated, ...causal }), rest({ ...gated, ...causal }), '16*n'],
    ['attention core = RNN layer', core(), recurrent('rnn').flops, 'n'],
    ['attention core = recurrent matrix', core(), flopsOf(recurrent('rnn'), 'recurrent matrices'), 'n/2'],
    ['block = 2 LSTM layers', block().flops, recurrent('lstm').flops.times(2), '2*n'],
  ])('%s', (_, a, b, root) => {
    expect(shown(crossover(a, b, 't'))).toEqual([root, `t < ${root}: a`, `t > ${root}: b`]);
  });

  it('hold for training too', () => {
    const training = analyze(architectures.transformer(), { phase: 'training' });
    const attention = flopsOf(training, 'attention scores', 'weighted values');
    expect(shown(crossover(attention, training.flops.minus(attention), 't'))[0]).toBe('6*n');
  });

  it('a whole block costs more than an RNN, GRU or LSTM layer at every t', () => {
    for (const kind of ['rnn', 'gru', 'lstm'] as const) {
      expect(shown(crossover(block().flops, recurrent(kind).flops, 't'))).toEqual(['all t > 0: b']);
    }
  });

  it('general feed-forward ratio r: t = (2 + r) n', () => {
    const general = { feedForwardRatio: Polynomial.symbol('r') };
    expect(shown(crossover(core(general), rest(general), 't'))[0]).toBe('r*n + 2*n');
  });

  it('score memory: one activation tensor at t = d, all other saved activations at 6.8 d', () => {
    const training = analyze(architectures.transformer({ dropout: true }), { phase: 'training' });
    const tensor = elementsOf(training, 'input of the attention projections');
    const scores = elementsOf(training, 'attention weights');
    expect(shown(crossover(scores, tensor, 't'))[0]).toBe('n/h');
    expect(shown(crossover(scores, tensor, 't', { n: h.times(d) }))[0]).toBe('d');
    const saved = training.memory.filter(({ kind }) => kind === 'activations');
    const ofScores = saved.filter(({ name }) => name.startsWith('attention'));
    const others = saved.filter((item) => !ofScores.includes(item));
    const all = crossover(memoryBytes(ofScores, 2), memoryBytes(others, 2), 't');
    expect(shown(all)[0]).toBe('34*n/(5*h)');
    const at = (size: number) => crossover(memoryBytes(ofScores, 2), memoryBytes(others, 2), 't', { n: size, h: 1 });
    expect([at(64), at(128)].map((found) => shown(found)[0])).toEqual(['2176/5', '4352/5']); // 435.2 and 870.4
  });

  it('keys and values kept = weight matrices of a block at b t = 6 n', () => {
    const b = Polynomial.symbol('b');
    const cache = elementsOf(
      analyze(architectures.transformer(), { ...test, generation: 'cached' }),
      'cached keys and values',
    );
    const matrices = rest().substitute({ t: 1 }).times(new Rational(1n, 2n));
    expect(shown(crossover(cache.times(b), matrices, 't'))[0]).toBe('6*n/b');
    expect(shown(crossover(cache.times(b), block().parameters, 't'))[0]).toBe('(12*n + 13)/(2*b)');
  });

  it('share of attention in a block is t/(6n + t): 1/7 at t = n, 1/2 at t = 6n', () => {
    const share = new Quotient(core(), block().flops);
    expect(`${share}`).toBe('t/(6*n + t)');
    expect(`${share.evaluate({ n: 512, t: 512 })} ${share.evaluate({ n: 512, t: 3072 })}`).toBe('1/7 1/2');
  });
});

describe('crossover', () => {
  it('finds every rational root exactly, also of large denominators and values', () => {
    const root = fc.tuple(fc.bigInt({ min: 1n, max: 10n ** 15n }), fc.bigInt({ min: 1n, max: 10n ** 12n }));
    fc.assert(
      fc.property(
        fc.uniqueArray(
          root.map(([a, b]) => new Rational(a, b)),
          { comparator: (a, b) => a.equals(b), minLength: 2, maxLength: 4 },
        ),
        (roots) => {
          const factors = roots.map((at) => t.minus(at));
          const difference = factors.reduce((product, factor) => product.times(factor), t.times(3));
          const found = crossover(difference, 0, 't').roots.map((at) =>
            at.kind === 'exact' ? `${at.at}` : 'enclosed',
          );
          expect(found).toEqual([...roots].sort((a, b) => a.compare(b)).map(String));
        },
      ),
      { seed: 20240604, numRuns: 40 },
    );
  });

  it('every root truly parts the sign, and no sign changes elsewhere', () => {
    const cost = fc.array(fc.bigInt({ min: -20n, max: 20n }), { minLength: 2, maxLength: 6 });
    const polynomial = (coefficients: bigint[]) =>
      Polynomial.sum(coefficients.map((coefficient, k) => t.power(k).times(coefficient)));
    fc.assert(
      fc.property(cost, cost, (first, second) => {
        const [a, b] = [polynomial(first), polynomial(second)];
        fc.pre(!a.equals(b));
        const { roots, regions } = crossover(a, b, 't');
        const sign = (at: Rational) => a.minus(b).evaluate({ t: at }).sign();
        const bounds = roots.map((root) => {
          if (root.kind === 'enclosed') {
            expect(sign(root.lower) * sign(root.upper)).not.toBe(0);
            expect(root.lower.toNumber() <= root.value && root.value <= root.upper.toNumber()).toBe(true);
            return [root.lower, root.upper] as const;
          }
          const at = root.at.evaluate({});
          expect(sign(at)).toBe(0);
          const near = at.times(new Rational(1n, 2n ** 70n));
          return [at.minus(near), at.plus(near)] as const;
        });
        const wanted = { a: -1, equal: 0, b: 1 };
        for (const [i, [lower, upper]] of bounds.entries()) {
          expect(sign(lower)).toBe(wanted[regions[i]!.cheaper]);
          expect(sign(upper)).toBe(wanted[regions[i + 1]!.cheaper]);
        }
        expect(regions.length).toBe(roots.length + 1);
        // A plain scan must agree with the region it falls into.
        for (let step = 1; step <= 60; step++) {
          const at = new Rational(BigInt(step), 7n);
          const index = bounds.filter(([lower]) => lower.compare(at) < 0).length;
          const onRoot = bounds.some(([lower, upper]) => lower.compare(at) < 0 && at.compare(upper) < 0);
          if (!onRoot) expect(sign(at)).toBe(wanted[regions[index]!.cheaper]);
        }
      }),
      { seed: 20240605, numRuns: 150 },
    );
  });

  it('is right for a quadratic whose linear part alone has another root', () => {
    expect(shown(crossover(t.power(2).plus(6), t.times(5), 't'))).toEqual([
      '2',
      '3',
      't < 2: b',
      '2 < t < 3: a',
      't > 3: b',
    ]);
  });

  it('encloses an irrational root and keeps a touching one', () => {
    const [root] = crossover(t.power(2), 2, 't').roots;
    expect(root?.kind === 'enclosed' && root.value).toBe(Math.SQRT2);
    expect(shown(crossover(t.power(2).plus(1), t.times(2), 't'))).toEqual(['1', 't < 1: b', 't > 1: b']);
  });

  it('knows costs that are equal, or ordered, everywhere', () => {
    expect(shown(crossover(t.times(n), n.times(t), 't'))).toEqual(['all t > 0: equal']);
    expect(shown(crossover(n, n.times(2), 't'))).toEqual(['all t > 0: a']);
    expect(shown(crossover(t.power(2).plus(1), 0, 't'))).toEqual(['all t > 0: b']);
    expect(shown(crossover(n, 5, 't', { n: 7 }))).toEqual(['all t > 0: b']);
  });

  it('solves for any symbol, with others given', () => {
    expect(shown(crossover(core(), rest(), 'n'))).toEqual(['t/6', 'n < t/6: b', 'n > t/6: a']);
    const cells = analyze(architectures.rnn({ inputSize: 100 }), test).flops;
    expect(shown(crossover(cells, n.power(3).times(l).times(t), 'n', { l: 1 }))[0]).toBeCloseTo(1 + Math.sqrt(201), 12);
    expect(shown(crossover(cells, t.times(600), 'n', { l: 1, t: 3 }))[0]).toBeCloseTo(Math.sqrt(2800) - 50, 12);
  });

  it.each([
    [() => crossover(t, n, '1'), "crossover: symbol is '1', expected a letter followed by letters, digits or _"],
    [
      () => crossover(t, n, 't', { t: 1 }),
      'crossover: given fixes t, expected the symbol to be solved for to stay free',
    ],
    [
      () => crossover(t, n, 't', { n: 0 }),
      'crossover: given n is 0, expected a positive number or a polynomial with positive coefficients',
    ],
    [
      () => crossover(t, n, 't', { n: Rational.from(-2) }),
      'crossover: given n is -2, expected a positive number or a polynomial with positive coefficients',
    ],
    [
      () => crossover(t, n, 't', { n: h.minus(d) }),
      'crossover: given n is -d + h, expected a positive number or a polynomial with positive coefficients',
    ],
    [
      () => crossover(t, n, 't', null as unknown as Record<string, number>),
      'crossover: given values are null, expected an object',
    ],
    [
      () => crossover(t.power(2), n.plus(t), 't'),
      'crossover: t^2 - n - t = 0 has no root in t whose sign is known from its form, expected values for n in given',
    ],
  ])('refuses %s', (run, message) => {
    expect(run).toThrow(new ComplexityError(message));
  });
});
