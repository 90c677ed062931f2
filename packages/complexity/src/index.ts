import { gru, lstm, rnn } from './recurrent.js';
import { transformer } from './transformer.js';

export {
  type Analysis,
  type AnalyzeOptions,
  analyze,
  elementsOf,
  flopsOf,
  type Generation,
  memoryBytes,
  type Quantities,
} from './analyze.js';
export type { Architecture, MemoryItem, Product } from './architecture.js';
export {
  type CompareOptions,
  type Comparison,
  type ComparisonRow,
  type ComparisonTable,
  compare,
} from './compare.js';
export { type Crossover, type CrossoverRegion, type CrossoverRoot, crossover } from './crossover.js';
export { ComplexityError } from './errors.js';
export { formatTable, type Tabular } from './format-table.js';
export type { Monomial } from './monomial.js';
export {
  type Blocks,
  type Parallelism,
  type ParallelismOptions,
  parallelism,
  type WorkSpan,
} from './parallelism.js';
export { Polynomial, type PolynomialLike, type Term } from './polynomial.js';
export { Quotient } from './quotient.js';
export { Rational, type RationalLike } from './rational.js';
export type { RecurrentOptions } from './recurrent.js';
export type { Sizes } from './sizes.js';
export type { Chain, Span } from './span.js';
export type { TransformerOptions } from './transformer.js';

/** Makes the cost of an architecture, to be read by `analyze`: `architectures.lstm({ biases: 1 })`. */
export const architectures = { rnn, gru, lstm, transformer };
