// The normal distribution function Phi in float64, with full relative accuracy in both tails, where 0.5 (1 + erf) cancels.

const density = (a: number): number => Math.exp(-0.5 * a * a) / Math.sqrt(2 * Math.PI);

/** Phi(a) - 1/2 for 0 <= a <= 3: phi(a) (a + a^3/3 + a^5/15 + ...), all terms positive (Abramowitz and Stegun 26.2.11). */
function nearCentre(a: number): number {
  let term = a;
  let sum = a;
  for (let n = 3; n < 120; n += 2) {
    term *= (a * a) / n;
    sum += term;
  }
  return density(a) * sum;
}

/** Phi(-a) for a >= 3: Laplace's continued fraction phi(a) / (a + 1/(a + 2/(a + ...))) (Abramowitz and Stegun 26.2.14). */
function farTail(a: number): number {
  let fraction = a;
  for (let n = 100; n > 0; n--) fraction = a + n / fraction;
  return density(a) / fraction;
}

/** Phi(x), the probability of at most x. */
export function normalProbability(x: number): number {
  const a = Math.abs(x);
  const tail = a < 3 ? 0.5 - nearCentre(a) : farTail(a);
  return x < 0 ? tail : 1 - tail;
}

/** phi(x), the density. */
export const normalDensity = (x: number): number => density(Math.abs(x));

/** erf(x) = 2 Phi(x sqrt 2) - 1. */
export function erf(x: number): number {
  const a = Math.abs(x) * Math.SQRT2;
  return Math.sign(x) * (a < 3 ? 2 * nearCentre(a) : 1 - 2 * farTail(a));
}
