import { commonFactor, Rational } from './rational.js';

/** A polynomial in one variable, constant coefficient first. */
type Coefficients = readonly Rational[];

/** A real root: `exact` when it is rational, otherwise only enclosed, lower < root < upper. */
export interface RealRoot {
  readonly exact: Rational | undefined;
  readonly lower: Rational;
  readonly upper: Rational;
}

// Enclosures are refined at least to this relative width, finer than the 2^-53 of a double.
const relativeWidth = new Rational(1n, 2n ** 60n);

/** Divided by a positive number: coprime integers, leading zeros dropped. Signs and roots stay. */
function primitive(p: Coefficients): Coefficients {
  let length = p.length;
  while (length > 0 && p[length - 1]!.sign() === 0) length--;
  const factor = commonFactor(p.slice(0, length));
  return p.slice(0, length).map((coefficient) => coefficient.dividedBy(factor));
}

/** The sign of p(x) for integer coefficients: that of x.denominator^degree p(x), an integer and free of slow reductions. */
function signAt(p: Coefficients, x: Rational): -1 | 0 | 1 {
  let sum = 0n;
  let power = 1n;
  for (let k = p.length - 1; k >= 0; k--) {
    sum = sum * x.numerator + p[k]!.numerator * power;
    power *= x.denominator;
  }
  if (sum === 0n) return 0;
  return sum < 0n ? -1 : 1;
}

const derivative = (p: Coefficients): Coefficients => p.slice(1).map((coefficient, i) => coefficient.times(i + 1));

function divide(a: Coefficients, b: Coefficients): { quotient: Coefficients; remainder: Coefficients } {
  const left = [...a];
  const quotient: Rational[] = [];
  for (let shift = a.length - b.length; shift >= 0; shift--) {
    const factor = left[shift + b.length - 1]!.dividedBy(b[b.length - 1]!);
    quotient.unshift(factor);
    for (const [i, coefficient] of b.entries()) left[shift + i] = left[shift + i]!.minus(coefficient.times(factor));
  }
  return { quotient: primitive(quotient), remainder: primitive(left) };
}

/** p, p', then negated remainders, down to the greatest common divisor of p and p'. */
function sturmSequence(p: Coefficients): Coefficients[] {
  const sequence = [p, primitive(derivative(p))];
  for (;;) {
    const [a, b] = sequence.slice(-2) as [Coefficients, Coefficients];
    const remainder = divide(a, b).remainder.map((coefficient) => coefficient.negate());
    if (remainder.length === 0) return sequence;
    sequence.push(remainder);
  }
}

function signChanges(sequence: readonly Coefficients[], x: Rational): number {
  const signs = sequence.map((p) => signAt(p, x)).filter((sign) => sign !== 0);
  return signs.filter((sign, i) => i > 0 && sign !== signs[i - 1]).length;
}

/** The fraction of smallest denominator in [lower, upper], lower > 0: the Stern-Brocot tree, by continued fractions. */
function simplestBetween(lower: Rational, upper: Rational): Rational {
  const floor = new Rational(lower.numerator / lower.denominator);
  if (floor.equals(lower)) return floor;
  const next = floor.plus(1n);
  if (next.compare(upper) <= 0) return next;
  const inner = simplestBetween(upper.minus(floor).power(-1), lower.minus(floor).power(-1));
  return floor.plus(inner.power(-1));
}

const middle = (lower: Rational, upper: Rational): Rational => lower.plus(upper).dividedBy(2n);

/** Bisects (lower, upper], 0 < lower < upper, which holds one root of the square-free p, down to its value or a tight enclosure. */
function refine(p: Coefficients, lower: Rational, upper: Rational): RealRoot {
  if (signAt(p, upper) === 0) return { exact: upper, lower, upper };
  const above = signAt(p, upper);
  // A rational root's denominator divides the leading coefficient a, and two such fractions are at least 1/a^2 apart: in a
  // narrower interval the simplest fraction is the root or no fraction is.
  const gap = p[p.length - 1]!.power(-2);
  let [from, to] = [lower, upper];
  for (;;) {
    const width = to.minus(from);
    const tight = width.compare(from.times(relativeWidth)) <= 0;
    const decided = width.compare(gap) < 0;
    if (tight || decided) {
      const candidate = simplestBetween(from, to);
      if (candidate.compare(from) > 0 && signAt(p, candidate) === 0)
        return { exact: candidate, lower: from, upper: to };
      // The lower end may be the root before this one: go on until it is not.
      if (tight && decided && signAt(p, from) !== 0) return { exact: undefined, lower: from, upper: to };
    }
    const at = middle(from, to);
    const sign = signAt(p, at);
    if (sign === 0) return { exact: at, lower: from, upper: to };
    if (sign === above) to = at;
    else from = at;
  }
}

/**
 * All distinct positive real roots, in ascending order. Counted by Sturm's theorem and enclosed by bisection in exact
 * arithmetic, so none is missed and none invented. p(0) must not be 0 and the degree must be at least 1.
 */
export function positiveRoots(coefficients: Coefficients): RealRoot[] {
  const p = primitive(coefficients);
  const squareFree = divide(p, sturmSequence(p).at(-1)!).quotient;
  const sequence = sturmSequence(squareFree);
  const isolate = (lower: Rational, upper: Rational): RealRoot[] => {
    const count = signChanges(sequence, lower) - signChanges(sequence, upper);
    if (count === 0) return [];
    if (count === 1 && lower.sign() > 0) return [refine(squareFree, lower, upper)];
    const at = middle(lower, upper);
    return [...isolate(lower, at), ...isolate(at, upper)];
  };
  // Cauchy: every root is smaller than 1 + max |a_i / a_n|. A power of two keeps the midpoints short.
  const leading = squareFree[squareFree.length - 1]!;
  let bound = Rational.from(2n);
  for (const coefficient of squareFree) {
    const ratio = coefficient.dividedBy(leading);
    const size = ratio.sign() < 0 ? ratio.negate() : ratio;
    while (bound.minus(1n).compare(size) < 0) bound = bound.times(2n);
  }
  return isolate(Rational.zero, bound);
}
