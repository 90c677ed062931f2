import { ComplexityError, requireSize, requireSymbol, show } from './errors.js';
import {
  compareMonomials,
  compareSymbols,
  formatMonomial,
  formatOrder,
  type Monomial,
  multiplyMonomials,
  nonDominated,
  totalDegree,
} from './monomial.js';
import { Rational, type RationalLike } from './rational.js';

/** What every function here takes where it needs a polynomial; numbers are exact constants. */
export type PolynomialLike = Polynomial | RationalLike;

/** One summand: coefficient * product of symbol^exponent. */
export interface Term {
  readonly coefficient: Rational;
  readonly monomial: Monomial;
}

/**
 * An exact polynomial in named symbols with rational coefficients, such as `24*t*n^2 + 4*t^2*n`. Immutable. Zero terms are
 * dropped and terms are sorted on construction, so equal polynomials print alike.
 */
export class Polynomial {
  static readonly zero = new Polynomial([]);
  /** Non-zero terms, higher total degree first. */
  readonly terms: readonly Term[];

  private constructor(terms: Iterable<Term>) {
    const sums = new Map<string, Term>();
    for (const term of terms) {
      const key = formatMonomial(term.monomial);
      const coefficient = term.coefficient.plus(sums.get(key)?.coefficient ?? 0n);
      sums.set(key, { coefficient, monomial: term.monomial });
    }
    const kept = [...sums.values()].filter(({ coefficient }) => coefficient.sign() !== 0);
    this.terms = Object.freeze(kept.sort((a, b) => compareMonomials(a.monomial, b.monomial)));
    Object.freeze(this);
  }

  /** The polynomial that is one symbol. @throws ComplexityError unless the name is a letter, then letters, digits or _. */
  static symbol(name: string): Polynomial {
    requireSymbol('Polynomial.symbol', 'name', name);
    return new Polynomial([{ coefficient: Rational.one, monomial: new Map([[name, 1]]) }]);
  }

  static constant(value: RationalLike): Polynomial {
    return new Polynomial([{ coefficient: Rational.from(value), monomial: new Map() }]);
  }

  static from(value: PolynomialLike): Polynomial {
    return value instanceof Polynomial ? value : Polynomial.constant(value);
  }

  static sum(values: Iterable<PolynomialLike>): Polynomial {
    return new Polynomial([...values].flatMap((value) => Polynomial.from(value).terms));
  }

  /** A polynomial from its terms; equal monomials are added. @throws ComplexityError for exponents that are not positive integers. */
  static ofTerms(terms: Iterable<Term>): Polynomial {
    const list = [...terms];
    for (const [symbol, exponent] of list.flatMap(({ monomial }) => [...monomial])) {
      requireSymbol('Polynomial.ofTerms', 'symbol', symbol);
      requireSize('Polynomial.ofTerms', `exponent of ${symbol}`, exponent);
    }
    return new Polynomial(list);
  }

  /** The symbols that occur, in reading order. */
  get symbols(): string[] {
    return [...new Set(this.terms.flatMap(({ monomial }) => [...monomial.keys()]))].sort(compareSymbols);
  }

  plus(other: PolynomialLike): Polynomial {
    return new Polynomial([...this.terms, ...Polynomial.from(other).terms]);
  }

  minus(other: PolynomialLike): Polynomial {
    return this.plus(Polynomial.from(other).times(-1n));
  }

  times(other: PolynomialLike): Polynomial {
    const right = Polynomial.from(other).terms;
    return new Polynomial(
      this.terms.flatMap((a) =>
        right.map((b) => ({
          coefficient: a.coefficient.times(b.coefficient),
          monomial: multiplyMonomials(a.monomial, b.monomial),
        })),
      ),
    );
  }

  /** @throws ComplexityError unless the exponent is an integer >= 0. */
  power(exponent: number): Polynomial {
    if (!Number.isSafeInteger(exponent) || exponent < 0) {
      throw new ComplexityError(`Polynomial.power: exponent is ${show(exponent)}, expected an integer of at least 0`);
    }
    let result = Polynomial.constant(1n);
    for (let i = 0; i < exponent; i++) result = result.times(this);
    return result;
  }

  /** Replaces symbols, all at once: `{ t: 512, m: Polynomial.symbol('n') }`. Symbols without a value stay. */
  substitute(values: Readonly<Record<string, PolynomialLike>>): Polynomial {
    const replaced = this.terms.map(({ coefficient, monomial }) => {
      const kept = new Map([...monomial].filter(([symbol]) => !Object.hasOwn(values, symbol)));
      let product = new Polynomial([{ coefficient, monomial: kept }]);
      for (const [symbol, exponent] of monomial) {
        if (!Object.hasOwn(values, symbol)) continue;
        product = product.times(Polynomial.from(values[symbol] as PolynomialLike).power(exponent));
      }
      return product;
    });
    return Polynomial.sum(replaced);
  }

  /**
   * The exact value. Values for symbols that do not occur are ignored, so that one set of sizes serves many polynomials.
   * @throws ComplexityError when a symbol has no value.
   */
  evaluate(values: Readonly<Record<string, RationalLike>>): Rational {
    const missing = this.symbols.filter((symbol) => !Object.hasOwn(values, symbol));
    if (missing.length > 0) {
      throw new ComplexityError(
        `Polynomial.evaluate: no value for ${missing.join(', ')}, expected one for each of ${this.symbols.join(', ')}`,
      );
    }
    return this.substitute(values).toRational();
  }

  /** The value of a constant polynomial as a double (exact up to 2^53). @throws ComplexityError when symbols are left. */
  toNumber(): number {
    return this.toRational().toNumber();
  }

  /** The exact value of a constant polynomial. @throws ComplexityError when symbols are left. */
  toRational(): Rational {
    if (this.symbols.length > 0) {
      throw new ComplexityError(`Polynomial: ${this.toString()} is not a number, expected no symbols (use evaluate)`);
    }
    return this.terms[0]?.coefficient ?? Rational.zero;
  }

  equals(other: PolynomialLike): boolean {
    return this.minus(other).terms.length === 0;
  }

  /** The largest total exponent of a term, or the largest exponent of one symbol; 0 for constants and for 0. */
  degree(symbol?: string): number {
    return Math.max(
      0,
      ...this.terms.map(({ monomial }) => (symbol === undefined ? totalDegree(monomial) : (monomial.get(symbol) ?? 0))),
    );
  }

  /** Read as a polynomial in one symbol: entry k is the coefficient of symbol^k, itself a polynomial in the others. */
  coefficients(symbol: string): Polynomial[] {
    return Array.from({ length: this.degree(symbol) + 1 }, (_, power) => {
      const matching = this.terms.filter(({ monomial }) => (monomial.get(symbol) ?? 0) === power);
      return new Polynomial(
        matching.map(({ coefficient, monomial }) => ({
          coefficient,
          monomial: new Map([...monomial].filter(([name]) => name !== symbol)),
        })),
      );
    });
  }

  /** The monomials that a big-O keeps. Only `symbols` grow, when given; the others count as constants. */
  leadingMonomials(symbols?: readonly string[]): Monomial[] {
    return nonDominated(
      this.terms.map(({ monomial }) =>
        symbols === undefined ? monomial : new Map([...monomial].filter(([symbol]) => symbols.includes(symbol))),
      ),
    );
  }

  /**
   * Order of growth as all symbols (or the given ones) grow independently: every monomial that divides no other, constants
   * dropped. `24*l*t*n^2 + 4*l*t^2*n + 13*l*n` gives `O(l*t*n^2 + l*t^2*n)`.
   */
  bigO(symbols?: readonly string[]): string {
    return formatOrder(this.leadingMonomials(symbols));
  }

  /** `24*t*n^2 + 4*t^2*n`, `1/2*n - 3`. */
  toString(): string {
    if (this.terms.length === 0) return '0';
    return this.terms
      .map(({ coefficient, monomial }, index) => {
        const negative = coefficient.sign() < 0;
        const size = negative ? coefficient.negate() : coefficient;
        let text = formatMonomial(monomial);
        if (monomial.size === 0) text = size.toString();
        else if (!size.equals(1n)) text = `${size}*${text}`;
        if (index === 0) return negative ? `-${text}` : text;
        return negative ? ` - ${text}` : ` + ${text}`;
      })
      .join('');
  }
}
