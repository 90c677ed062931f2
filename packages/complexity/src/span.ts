import { compareSymbols } from './monomial.js';
import type { Polynomial } from './polynomial.js';
import { Quotient } from './quotient.js';
import type { Rational } from './rational.js';
import { readSizes, type Sizes } from './sizes.js';

/** Length of the critical path in elementary operations, given unlimited processors. */
export interface Span {
  /** Such as `(l + t - 1)*(ceil(log2(2*n)) + 2)`. */
  readonly formula: string;
  readonly symbols: readonly string[];
  /** @throws ComplexityError when a size is missing or of no use. */
  evaluate(sizes: Sizes): number;
}

/** A chain of dependent steps: constant + sum of ceil(log2(k)), one for each reduction over k values on the path. */
export interface Chain {
  readonly constant: number;
  readonly reductions: readonly Quotient[];
}

/** One elementwise operation after another. */
export const elementwise = (count: number): Chain => ({ constant: count, reductions: [] });

/** A sum or maximum of k values as a binary tree: ceil(log2 k). */
export const reduction = (size: Polynomial | Quotient): Chain => ({
  constant: 0,
  reductions: [size instanceof Quotient ? size : new Quotient(size)],
});

/** A matrix product with inner size k: all products at once, then a tree of additions: ceil(log2 k) + 1. */
export const product = (inner: Polynomial | Quotient): Chain => chain(elementwise(1), reduction(inner));

/** Chains one after another. */
export function chain(...parts: readonly Chain[]): Chain {
  return {
    constant: parts.reduce((sum, part) => sum + part.constant, 0),
    reductions: parts.flatMap((part) => part.reductions),
  };
}

/** The smallest e with 2^e >= value, exactly; 0 for values of at most 1. */
function ceilLog2(value: Rational): number {
  let exponent = 0;
  for (let power = 1n; value.compare(power) > 0; power *= 2n) exponent++;
  return exponent;
}

function formatChain({ constant, reductions }: Chain): string {
  const counts = new Map<string, number>();
  for (const size of reductions) counts.set(size.toString(), (counts.get(size.toString()) ?? 0) + 1);
  const parts = [...counts].map(([size, count]) => `${count > 1 ? `${count}*` : ''}ceil(log2(${size}))`);
  return [...parts, ...(constant > 0 ? [`${constant}`] : [])].join(' + ');
}

/** Sum of repeats: `times` chains one after another. */
export function span(parts: readonly { readonly times: Polynomial; readonly chain: Chain }[]): Span {
  const present = parts.filter(({ chain: { constant, reductions } }) => constant > 0 || reductions.length > 0);
  const formula = present.map(({ times, chain: repeated }) => {
    if (times.equals(1n)) return formatChain(repeated);
    return `${times.terms.length > 1 ? `(${times})` : times}*(${formatChain(repeated)})`;
  });
  const all = present.flatMap(({ times, chain: { reductions } }) => [
    ...times.symbols,
    ...reductions.flatMap(({ numerator, denominator }) => [...numerator.symbols, ...denominator.symbols]),
  ]);
  const symbols = [...new Set(all)].sort(compareSymbols);
  return {
    formula: formula.join(' + '),
    symbols,
    evaluate(sizes) {
      const values = readSizes('span.evaluate', sizes, symbols);
      return present.reduce((sum, { times, chain: { constant, reductions } }) => {
        const once = reductions.reduce((length, size) => length + ceilLog2(size.evaluate(values)), constant);
        return sum + once * times.evaluate(values).toNumber();
      }, 0);
    },
  };
}
