import { divides, formatOrder, type Monomial, nonDominated } from './monomial.js';
import type { Polynomial } from './polynomial.js';

/** n^a h^b written in the head size d = n/h and h: exponents a of d (under the name n) and a + b of h. */
function inHeads(monomial: Monomial): Monomial {
  const exponent = (monomial.get('n') ?? 0) + (monomial.get('h') ?? 0);
  return exponent > 0 ? new Map([...monomial, ['h', exponent]]) : monomial;
}

/**
 * Whether a = O(b) as all symbols grow independently, but for the h heads, which divide the width n: h*t = O(t*n), while
 * h*t^2 is not.
 */
export const growsNoFaster = (a: Monomial, b: Monomial): boolean => divides(inHeads(a), inHeads(b));

/** The monomials that decide how a cost grows, see {@link growsNoFaster}. */
export const growth = (cost: Polynomial): Monomial[] =>
  nonDominated(
    cost.terms.map(({ monomial }) => monomial),
    growsNoFaster,
  );

/** `O(l*t*n^2 + l*t^2*n)`: like `cost.bigO()`, and aware that h divides n. */
export const orderOf = (cost: Polynomial): string => formatOrder(growth(cost));
