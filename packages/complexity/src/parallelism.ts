import { type Analysis, type AnalyzeOptions, analyze } from './analyze.js';
import type { Architecture } from './architecture.js';
import { rejectUnknownKeys } from './errors.js';
import type { Polynomial } from './polynomial.js';
import type { Rational, RationalLike } from './rational.js';
import { rnn } from './recurrent.js';
import { readSizes } from './sizes.js';
import { transformer } from './transformer.js';

export interface ParallelismOptions {
  /** Width. */
  readonly n: RationalLike;
  /** Layers. */
  readonly l: RationalLike;
  /** Timesteps. */
  readonly t: RationalLike;
  /** Heads, a divisor of n. Default 1. Enters the Transformer's span through log2(n/h). */
  readonly h?: RationalLike;
  /** Default `test`. */
  readonly phase?: AnalyzeOptions['phase'];
  /** As in `analyze`: one pass over known timesteps (`none`, the default) or one timestep after another. */
  readonly generation?: NonNullable<AnalyzeOptions['generation']>;
}

/** Work, span and parallelism of one architecture at given sizes. */
export interface WorkSpan {
  readonly architecture: Architecture['name'];
  /** W: FLOP of the matrix products, exact. */
  readonly work: Rational;
  /** D: elementary operations on the critical path. */
  readonly span: number;
  readonly spanFormula: string;
  /** W / D: how many processors can be kept busy. */
  readonly parallelism: number;
  /** Cells or blocks one after another: t + l - 1 for the RNN's wavefront, l for the Transformer. */
  readonly sequentialSteps: number;
  readonly sequentialStepsFormula: Polynomial;
  readonly blocks: Blocks;
}

/** What keeps the work from running at once. */
export interface Blocks {
  /** What one cell or block waits for. */
  readonly dependency: string;
  /** Whether the number of sequential steps depends on the length t of the sequence. */
  readonly growsWithLength: boolean;
  /** Operations added to the critical path when one size is doubled. */
  readonly addedByDoubling: { readonly n: number; readonly l: number; readonly t: number };
  /** The size whose doubling adds most. */
  readonly mostBy: 'n' | 'l' | 't';
}

export interface Parallelism {
  readonly rnn: WorkSpan;
  readonly transformer: WorkSpan;
}

function blocksOf({ dependency, sequentialSteps, span }: Analysis, values: Readonly<Record<string, Rational>>): Blocks {
  const added = (symbol: 'n' | 'l' | 't'): number =>
    span.evaluate({ ...values, [symbol]: values[symbol]!.times(2) }) - span.evaluate(values);
  const addedByDoubling = { n: added('n'), l: added('l'), t: added('t') };
  const [mostBy] = [...(['t', 'l', 'n'] as const)].sort((a, b) => addedByDoubling[b] - addedByDoubling[a]);
  return { dependency, growsWithLength: sequentialSteps.symbols.includes('t'), addedByDoubling, mostBy: mostBy! };
}

/**
 * Work and span (Brent 1974: W/p <= T_p <= W/p + D on p processors) of a vanilla RNN and a Transformer at the same sizes,
 * and what the critical path is made of.
 *
 * Model: unlimited processors, one operation on the path costs 1, a sum or maximum of k values is a tree of depth
 * ceil(log2 k), a matrix product of inner size k has span ceil(log2 k) + 1. An RNN's cell (layer i, timestep j) waits for
 * (i - 1, j) and (i, j - 1) only, so the cells form a wavefront of t + l - 1 steps, not t*l.
 * @throws ComplexityError for sizes that are not positive integers, an h that does not divide n, or unknown options.
 */
export function parallelism(options: ParallelismOptions): Parallelism {
  rejectUnknownKeys('parallelism', options, ['n', 'l', 't', 'h', 'phase', 'generation']);
  const { phase = 'test', generation = 'none', ...sizes } = options;
  const values = readSizes('parallelism', { h: 1, ...sizes }, ['n', 'l', 't']);
  const measure = (architecture: Architecture): WorkSpan => {
    const analysis = analyze(architecture, { phase, generation });
    const work = analysis.flops.evaluate(values);
    const span = analysis.span.evaluate(values);
    return {
      architecture: architecture.name,
      work,
      span,
      spanFormula: analysis.span.formula,
      parallelism: work.dividedBy(span).toNumber(),
      sequentialSteps: analysis.sequentialSteps.evaluate(values).toNumber(),
      sequentialStepsFormula: analysis.sequentialSteps,
      blocks: blocksOf(analysis, values),
    };
  };
  return { rnn: measure(rnn()), transformer: measure(transformer()) };
}
