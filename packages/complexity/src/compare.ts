import { type Analysis, analyze } from './analyze.js';
import type { Architecture } from './architecture.js';
import { ComplexityError, rejectUnknownKeys, requireChoice } from './errors.js';
import { growsNoFaster, growth, orderOf } from './growth.js';
import { formatMonomial, type Monomial } from './monomial.js';
import { Polynomial } from './polynomial.js';
import { gru, lstm, rnn } from './recurrent.js';
import { readSizes, type Sizes } from './sizes.js';
import { type TransformerOptions, transformer } from './transformer.js';

export interface CompareOptions {
  /** The recurrent network in the table. Default `rnn`. */
  readonly recurrent?: 'rnn' | 'gru' | 'lstm';
  /** Options of the Transformer. Without `scores`: rows with stored and with tiled scores stand side by side. */
  readonly transformer?: Omit<TransformerOptions, 'scores'>;
  /** Values of all symbols, to fill `claimNumber` and `number`. Default: none. */
  readonly sizes?: Sizes;
}

/** One claim of the assignment, in one exact reading of it. */
export interface ComparisonRow {
  readonly architecture: Architecture['name'];
  readonly phase: 'training' | 'test';
  /** What exactly is counted, such as `activations, scores tiled`. */
  readonly reading: string;
  /** What the assignment says, up to a constant factor. */
  readonly claim: Polynomial;
  /** FLOP for time, elements for space. */
  readonly exact: Polynomial;
  /** Order of growth of `exact`: all symbols grow independently, but h divides n. */
  readonly order: string;
  /** Leading terms of `exact` that grow faster than the claim. */
  readonly missing: readonly string[];
  /** Terms of the claim that grow faster than `exact`. */
  readonly excess: readonly string[];
  /** `agree` when nothing is missing and nothing is in excess. */
  readonly verdict: 'agree' | 'disagree';
  readonly reason: string;
  /** Claim and exact result at `sizes`, as doubles; undefined without `sizes`. */
  readonly claimNumber: number | undefined;
  readonly number: number | undefined;
}

export interface ComparisonTable {
  /** Number of the table in the assignment. */
  readonly id: '1.1.1' | '1.1.2';
  readonly title: string;
  readonly rows: readonly ComparisonRow[];
}

export interface Comparison {
  readonly tables: readonly [time: ComparisonTable, space: ComparisonTable];
}

/** A named part of a cost. */
interface Part {
  readonly name: string;
  readonly cost: Polynomial;
}

/** What a row is judged by. */
interface Reading {
  readonly analysis: Analysis;
  readonly reading: string;
  readonly claim: Polynomial;
  readonly parts: readonly Part[];
}

const [n, l, t] = ['n', 'l', 't'].map(Polynomial.symbol) as [Polynomial, Polynomial, Polynomial];

// The assignment's tables: l layers of n neurons over t timesteps, the same time for training and test.
const claims = {
  time: { recurrent: l.times(t).times(n.power(2)), transformer: l.times(t.power(2)).times(n) },
  space: {
    recurrent: { training: l.times(t).times(n), test: l.times(n) },
    transformer: { training: l.times(t).times(n), test: l.times(t).times(n) },
  },
};

const list = (monomials: readonly Monomial[]): string[] => monomials.map(formatMonomial);

/** The parts in which a monomial occurs. */
const sourcesOf = (monomial: Monomial, parts: readonly Part[]): string =>
  parts
    .filter(({ cost }) => list(cost.terms.map((term) => term.monomial)).includes(formatMonomial(monomial)))
    .map(({ name }) => name)
    .join(', ');

function leadingPart(exact: Polynomial): Polynomial {
  const leading = list(growth(exact));
  return Polynomial.ofTerms(exact.terms.filter(({ monomial }) => leading.includes(formatMonomial(monomial))));
}

function judge({ analysis, reading, claim, parts }: Reading, sizes: Sizes | undefined): ComparisonRow {
  const exact = Polynomial.sum(parts.map(({ cost }) => cost));
  const [claimed, found] = [growth(claim), growth(exact)];
  const notCoveredBy = (bounds: readonly Monomial[], monomial: Monomial): boolean =>
    !bounds.some((bound) => growsNoFaster(monomial, bound));
  const missing = found.filter((monomial) => notCoveredBy(claimed, monomial));
  const excess = claimed.filter((monomial) => notCoveredBy(found, monomial));
  const reasons = [
    ...missing.map((monomial) => `${formatMonomial(monomial)} is missing (${sourcesOf(monomial, parts)})`),
    ...list(excess).map((monomial) => `nothing grows as fast as ${monomial}, ${orderOf(exact)} is enough`),
  ];
  const agrees = reasons.length === 0;
  const values = sizes && readSizes('compare', sizes, [...exact.symbols, ...claim.symbols]);
  return {
    architecture: analysis.architecture,
    phase: analysis.phase,
    reading,
    claim,
    exact,
    order: orderOf(exact),
    missing: list(missing),
    excess: list(excess),
    verdict: agrees ? 'agree' : 'disagree',
    reason: agrees ? `true up to constants: the leading part is ${leadingPart(exact)}` : reasons.join('; '),
    claimNumber: values && claim.evaluate(values).toNumber(),
    number: values && exact.evaluate(values).toNumber(),
  };
}

const time = (analysis: Analysis, reading: string, claim: Polynomial, ...names: readonly string[]): Reading => ({
  analysis,
  reading,
  claim,
  parts: analysis.terms
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ name, flops }) => ({ name, cost: flops })),
});

const space = (analysis: Analysis, reading: string, claim: Polynomial, weights: boolean): Reading => ({
  analysis,
  reading,
  claim,
  parts: analysis.memory
    .filter(({ kind }) => weights || kind === 'activations')
    .map(({ name, elements }) => ({ name, cost: elements })),
});

function timeReadings(recurrent: Architecture, stored: Architecture): Reading[] {
  const claim = claims.time;
  const core = ['attention scores', 'weighted values'];
  const phases = (['training', 'test'] as const).map((phase) => ({
    pass: phase === 'training' ? 'forward and backward pass' : 'forward pass',
    cell: analyze(recurrent, { phase }),
    block: analyze(stored, { phase }),
  }));
  const generate = (generation: 'cached' | 'uncached') => analyze(stored, { phase: 'test', generation });
  return [
    ...phases.map(({ cell, pass }) => time(cell, pass, claim.recurrent)),
    ...phases.map(({ block, pass }) => time(block, pass, claim.transformer)),
    ...phases.map(({ block, pass }) => time(block, `${pass}, attention core alone`, claim.transformer, ...core)),
    time(generate('cached'), 'generation, keys and values kept', claim.transformer),
    time(generate('uncached'), 'generation, prefix run again for each timestep', claim.transformer),
  ];
}

function spaceReadings(recurrent: Architecture, stored: Architecture, tiled: Architecture): Reading[] {
  const claim = claims.space;
  const ofPhase = (phase: 'training' | 'test') => {
    const [cell, block, tiledBlock] = [recurrent, stored, tiled].map((of) => analyze(of, { phase }));
    return { cell: cell!, block: block!, tiledBlock: tiledBlock! };
  };
  const [training, test] = [ofPhase('training'), ofPhase('test')];
  const generation = analyze(stored, { phase: 'test', generation: 'cached' });
  return [
    space(training.cell, 'activations', claim.recurrent.training, false),
    space(training.cell, 'activations, weights and gradients', claim.recurrent.training, true),
    space(test.cell, 'activations', claim.recurrent.test, false),
    space(test.cell, 'activations and weights', claim.recurrent.test, true),
    space(training.block, 'activations, scores stored', claim.transformer.training, false),
    space(training.tiledBlock, 'activations, scores tiled', claim.transformer.training, false),
    space(training.tiledBlock, 'activations, weights and gradients, scores tiled', claim.transformer.training, true),
    space(test.block, 'activations of a pass, scores stored', claim.transformer.test, false),
    space(test.tiledBlock, 'activations of a pass, scores tiled', claim.transformer.test, false),
    space(generation, 'activations of a generation, keys and values kept', claim.transformer.test, false),
    space(generation, 'activations and weights of a generation', claim.transformer.test, true),
  ];
}

/**
 * The assignment's tables 1.1.1 (time: FLOP) and 1.1.2 (space: elements) beside the exact costs. A claim is an order of
 * growth; where its words allow several readings, each has a row. The verdicts follow from the polynomials: two costs agree
 * when each is O(the other), as all symbols grow independently, but for the h heads, which divide n.
 * @throws ComplexityError for an unknown option or value, for `scores` in `transformer`, and for sizes that are missing or no
 * positive integers.
 */
export function compare(options: CompareOptions = {}): Comparison {
  rejectUnknownKeys('compare', options, ['recurrent', 'transformer', 'sizes']);
  const cells = { rnn, gru, lstm };
  const name = requireChoice('compare', 'recurrent', options.recurrent ?? 'rnn', ['rnn', 'gru', 'lstm'] as const);
  const block = options.transformer ?? {};
  if (Object.hasOwn(block, 'scores')) {
    throw new ComplexityError('compare: transformer has scores, expected none, since both kinds are in the table');
  }
  const [recurrent, stored] = [cells[name](), transformer(block)];
  const tiled = transformer({ ...block, scores: 'tiled' });
  const rows = (readings: readonly Reading[]) => readings.map((reading) => judge(reading, options.sizes));
  return {
    tables: [
      { id: '1.1.1', title: 'Time, FLOP', rows: rows(timeReadings(recurrent, stored)) },
      { id: '1.1.2', title: 'Space, elements', rows: rows(spaceReadings(recurrent, stored, tiled)) },
    ],
  };
}
