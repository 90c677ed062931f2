/** Exponents of a monomial: symbol -> positive integer; the empty map is 1. */
export type Monomial = ReadonlyMap<string, number>;

// The order in which cost formulas are usually read: layers, heads, timesteps, then widths. Other names follow, by alphabet.
const reading = ['b', 'l', 'h', 't', 'r', 'm', 'n'];

/** Order of symbols inside a monomial: `l*t*n^2`. */
export function compareSymbols(a: string, b: string): number {
  const [i, j] = [reading.indexOf(a), reading.indexOf(b)];
  if (i >= 0 && j >= 0) return i - j;
  if (i >= 0 || j >= 0) return i >= 0 ? -1 : 1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const symbolsOf = (...monomials: Monomial[]): string[] =>
  [...new Set(monomials.flatMap((monomial) => [...monomial.keys()]))].sort(compareSymbols);

export function formatMonomial(monomial: Monomial): string {
  const factors = symbolsOf(monomial).map((symbol) => {
    const exponent = monomial.get(symbol) ?? 0;
    return exponent === 1 ? symbol : `${symbol}^${exponent}`;
  });
  return factors.length > 0 ? factors.join('*') : '1';
}

export function multiplyMonomials(a: Monomial, b: Monomial): Monomial {
  const product = new Map(a);
  for (const [symbol, exponent] of b) product.set(symbol, (product.get(symbol) ?? 0) + exponent);
  return product;
}

/** a / b; b must divide a. */
export function divideMonomials(a: Monomial, b: Monomial): Monomial {
  const quotient = new Map<string, number>();
  for (const [symbol, exponent] of a) {
    const left = exponent - (b.get(symbol) ?? 0);
    if (left > 0) quotient.set(symbol, left);
  }
  return quotient;
}

/** The greatest common divisor of some monomials. */
export function commonMonomial(monomials: readonly Monomial[]): Monomial {
  const [first, ...rest] = monomials;
  const common = new Map<string, number>();
  for (const [symbol, exponent] of first ?? []) {
    const least = Math.min(exponent, ...rest.map((monomial) => monomial.get(symbol) ?? 0));
    if (least > 0) common.set(symbol, least);
  }
  return common;
}

/** Whether a divides b. For symbols of at least 1 that grow independently this is the same as a = O(b). */
export function divides(a: Monomial, b: Monomial): boolean {
  return [...a].every(([symbol, exponent]) => exponent <= (b.get(symbol) ?? 0));
}

export function totalDegree(monomial: Monomial): number {
  return [...monomial.values()].reduce((sum, exponent) => sum + exponent, 0);
}

/** Order of terms in a sum: higher total degree first, then more of the last symbol (`t*n^2` before `t^2*n`). */
export function compareMonomials(a: Monomial, b: Monomial): number {
  const degrees = totalDegree(b) - totalDegree(a);
  if (degrees !== 0) return degrees;
  for (const symbol of symbolsOf(a, b).reverse()) {
    const exponents = (b.get(symbol) ?? 0) - (a.get(symbol) ?? 0);
    if (exponents !== 0) return exponents;
  }
  return 0;
}

/** The monomials that grow no slower than every other one: what a big-O keeps. Sorted, without repeats. */
export function nonDominated(monomials: readonly Monomial[], growsNoFaster = divides): Monomial[] {
  const distinct = [...new Map(monomials.map((monomial) => [formatMonomial(monomial), monomial])).values()];
  return distinct.filter((a) => !distinct.some((b) => a !== b && growsNoFaster(a, b))).sort(compareMonomials);
}

/** `O(l*t*n^2 + l*t^2*n)`, `O(0)` for no monomials. */
export function formatOrder(monomials: readonly Monomial[]): string {
  return `O(${monomials.length > 0 ? monomials.map(formatMonomial).join(' + ') : '0'})`;
}
