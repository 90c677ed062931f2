import { ComplexityError } from './errors.js';
import { commonMonomial, divideMonomials } from './monomial.js';
import { Polynomial, type PolynomialLike } from './polynomial.js';
import { commonFactor, Rational, type RationalLike } from './rational.js';

function leadingCoefficient(polynomial: Polynomial): Rational {
  return polynomial.terms[0]?.coefficient ?? Rational.one;
}

/**
 * One polynomial over another, such as `34*n/(5*h)`: the exact place of a crossover. Common monomials and numeric factors
 * are cancelled; common factors that are sums are not looked for. Immutable.
 */
export class Quotient {
  readonly numerator: Polynomial;
  readonly denominator: Polynomial;

  /** @throws ComplexityError when the denominator is 0. */
  constructor(numerator: PolynomialLike, denominator: PolynomialLike = 1n) {
    const above = Polynomial.from(numerator);
    const below = Polynomial.from(denominator);
    if (below.terms.length === 0)
      throw new ComplexityError('Quotient: denominator is 0, expected a non-zero polynomial');
    const terms = [...above.terms, ...below.terms];
    const monomial = commonMonomial(terms.map((term) => term.monomial));
    const sign = leadingCoefficient(below).sign() < 0 ? -1n : 1n;
    const factor = commonFactor(terms.map((term) => term.coefficient)).times(sign);
    const reduce = (polynomial: Polynomial): Polynomial =>
      Polynomial.ofTerms(
        polynomial.terms.map((term) => ({
          coefficient: term.coefficient.dividedBy(factor),
          monomial: divideMonomials(term.monomial, monomial),
        })),
      );
    this.numerator = reduce(above);
    this.denominator = reduce(below);
    Object.freeze(this);
  }

  /** The exact value. @throws ComplexityError when a symbol has no value or the denominator is 0 there. */
  evaluate(values: Readonly<Record<string, RationalLike>>): Rational {
    return this.numerator.evaluate(values).dividedBy(this.denominator.evaluate(values));
  }

  equals(other: Quotient | PolynomialLike): boolean {
    const right = other instanceof Quotient ? other : new Quotient(other);
    return this.numerator.times(right.denominator).equals(right.numerator.times(this.denominator));
  }

  /** `6*n`, `n/h`, `34*n/(5*h)`, `(12*n + 13)/(2*b)`. */
  toString(): string {
    const { numerator, denominator } = this;
    if (denominator.equals(1n)) return numerator.toString();
    const above = numerator.terms.length > 1 ? `(${numerator})` : numerator.toString();
    const below = /[*+-]/.test(denominator.toString()) ? `(${denominator})` : denominator.toString();
    return `${above}/${below}`;
  }
}
