import { ComplexityError, requireObject, requireSymbol, show } from './errors.js';
import { commonMonomial, divideMonomials } from './monomial.js';
import { Polynomial, type PolynomialLike } from './polynomial.js';
import { Quotient } from './quotient.js';
import { Rational } from './rational.js';
import { positiveRoots, type RealRoot } from './real-roots.js';
import { positive } from './sizes.js';

/** Where two costs are equal. */
export type CrossoverRoot =
  | { readonly kind: 'exact'; readonly at: Quotient }
  /** An irrational root: lower < root < upper, closer than a double can tell; `value` is the double. */
  | { readonly kind: 'enclosed'; readonly lower: Rational; readonly upper: Rational; readonly value: number };

/** A range of the symbol in which one of the two costs is the lower one. */
export interface CrossoverRegion {
  /** Such as `t < 6*n`. */
  readonly where: string;
  readonly cheaper: 'a' | 'b' | 'equal';
}

export interface Crossover {
  readonly symbol: string;
  /** Positive values of the symbol at which both costs are equal, in ascending order. */
  readonly roots: readonly CrossoverRoot[];
  /** One more than there are roots. */
  readonly regions: readonly CrossoverRegion[];
}

/** The sign a polynomial has for all positive values of its symbols, if its coefficients show it. */
function fixedSign(polynomial: Polynomial): -1 | 0 | 1 | undefined {
  const signs = new Set(polynomial.terms.map(({ coefficient }) => coefficient.sign()));
  if (signs.size > 1) return undefined;
  return [...signs][0] ?? 0;
}

/** All symbols are positive, so dividing by the common monomial moves no positive root. */
function withoutCommonMonomial(polynomial: Polynomial): Polynomial {
  const common = commonMonomial(polynomial.terms.map(({ monomial }) => monomial));
  return Polynomial.ofTerms(
    polynomial.terms.map(({ coefficient, monomial }) => ({ coefficient, monomial: divideMonomials(monomial, common) })),
  );
}

// a - b < 0 means that a is the cheaper one.
const cheaperBy = (sign: -1 | 0 | 1): CrossoverRegion['cheaper'] => (['a', 'equal', 'b'] as const)[sign + 1]!;

const rootText = (root: CrossoverRoot): string => (root.kind === 'exact' ? `${root.at}` : `${root.value}`);

function result(symbol: string, roots: readonly CrossoverRoot[], signs: readonly (-1 | 0 | 1)[]): Crossover {
  const regions = signs.map((sign, i) => {
    const [from, to] = [roots[i - 1], roots[i]];
    let where = `all ${symbol} > 0`;
    if (from && to) where = `${rootText(from)} < ${symbol} < ${rootText(to)}`;
    else if (from) where = `${symbol} > ${rootText(from)}`;
    else if (to) where = `${symbol} < ${rootText(to)}`;
    return { where, cheaper: cheaperBy(sign) };
  });
  return { symbol, roots, regions };
}

/** The difference is constant or linear in the symbol and the signs of its coefficients decide; undefined otherwise. */
function symbolically(difference: Polynomial, symbol: string): Crossover | undefined {
  const [constant, slope, ...higher] = difference.coefficients(symbol);
  if (constant === undefined || higher.length > 0) return undefined;
  const below = fixedSign(constant);
  if (slope === undefined) return below === undefined ? undefined : result(symbol, [], [below]);
  const above = fixedSign(slope);
  if (below === undefined || above === undefined) return undefined;
  if (below === above) return result(symbol, [], [above]);
  const at = new Quotient(constant.times(-1), slope);
  return result(symbol, [{ kind: 'exact', at }], [below, above]);
}

function numerically(difference: Polynomial, symbol: string): Crossover {
  const coefficients = difference.coefficients(symbol).map((coefficient) => coefficient.toRational());
  const found = coefficients.length > 1 ? positiveRoots(coefficients) : [];
  const roots = found.map(({ exact, lower, upper }: RealRoot): CrossoverRoot => {
    if (exact) return { kind: 'exact', at: new Quotient(exact) };
    return { kind: 'enclosed', lower, upper, value: lower.plus(upper).dividedBy(2n).toNumber() };
  });
  // One point in every gap: below the first root, between neighbours, above the last.
  const ends = found.map(({ exact, lower, upper }) => ({ from: exact ?? lower, to: exact ?? upper }));
  const points = Array.from({ length: found.length + 1 }, (_, i) => {
    const from = ends[i - 1]?.to ?? Rational.zero;
    const to = ends[i]?.from ?? from.plus(1n);
    return from.plus(to).dividedBy(2n);
  });
  return result(
    symbol,
    roots,
    points.map((point) => difference.evaluate({ [symbol]: point }).sign()),
  );
}

/**
 * The positive values of one symbol at which two costs are equal, and which cost is lower between them. All symbols stand
 * for positive numbers. `given` replaces symbols beforehand, by numbers or by polynomials (n = h*d). Where the difference, divided by its common monomial, is linear in
 * the symbol, the root is symbolic (`6*n`); otherwise all other symbols need a value in `given`, and rational roots come out
 * exactly, irrational ones enclosed by bisection in exact arithmetic (Sturm's theorem). The costs are compared as real
 * functions: at whole sizes the cheaper one changes at the next integer.
 * @throws ComplexityError when the symbol is no name or replaced by `given`, a given value is not positive (a polynomial: has
 * a negative coefficient), or values are missing.
 */
export function crossover(
  a: PolynomialLike,
  b: PolynomialLike,
  symbol: string,
  given: Readonly<Record<string, PolynomialLike>> = {},
): Crossover {
  requireSymbol('crossover', 'symbol', symbol);
  requireObject('crossover', 'given values', given);
  for (const [name, value] of Object.entries(given)) {
    if (name === symbol) {
      throw new ComplexityError(`crossover: given fixes ${symbol}, expected the symbol to be solved for to stay free`);
    }
    const isPositive = value instanceof Polynomial ? fixedSign(value) === 1 : positive(value) !== undefined;
    if (!isPositive) {
      const came = value instanceof Polynomial || value instanceof Rational ? `${value}` : show(value);
      throw new ComplexityError(
        `crossover: given ${name} is ${came}, expected a positive number or a polynomial with positive coefficients`,
      );
    }
  }
  const difference = withoutCommonMonomial(Polynomial.from(a).minus(b).substitute(given));
  if (difference.terms.length === 0) return result(symbol, [], [0]);
  const symbolic = symbolically(difference, symbol);
  if (symbolic) return symbolic;
  const open = difference.symbols.filter((name) => name !== symbol);
  if (open.length > 0) {
    throw new ComplexityError(
      `crossover: ${difference} = 0 has no root in ${symbol} whose sign is known from its form, expected values for ${open.join(', ')} in given`,
    );
  }
  return numerically(difference, symbol);
}
