import type { Game, Point } from './game.js';
import type { Method } from './method.js';

/** A quadratic form Q(p, q) = p2 p^2 + q2 q^2 + pq p q that every iteration multiplies by `factor`. */
export interface QuadraticForm {
  /** Such as `p^2 + q^2 + p*q`. */
  readonly expression: string;
  readonly coefficients: { readonly p2: number; readonly q2: number; readonly pq: number };
  /** Q(z_{t+1}) = factor * Q(z_t): 1 for an invariant, 1 + s^2 for simultaneous steps. */
  readonly factor: number;
  /** Q at the start of the analysis. */
  readonly atStart: number;
}

function expressionOf(terms: readonly (readonly [number, string])[]): string {
  let text = '';
  for (const [coefficient, name] of terms) {
    const size = Math.abs(coefficient);
    const term = size === 1 ? name : `${size}*${name}`;
    if (text === '') text = coefficient < 0 ? `-${term}` : term;
    else text += coefficient < 0 ? ` - ${term}` : ` + ${term}`;
  }
  return text;
}

/**
 * The form that alternating steps keep, h_q p^2 + h_p q^2 +- h_p h_q c p q (plus when q moves first), divided by h for equal
 * step sizes; and the one that simultaneous steps multiply by 1 + h_p h_q c^2, h_q p^2 + h_p q^2.
 */
export function quadraticFormOf(game: Game, method: Method, start: Point): QuadraticForm {
  const { stepSize } = method;
  const equal = stepSize.p === stepSize.q;
  const p2 = equal ? 1 : stepSize.q;
  const q2 = equal ? 1 : stepSize.p;
  let pq = 0;
  let factor = 1;
  if (method.kind === 'simultaneousGDA') factor += stepSize.p * stepSize.q * game.coefficient ** 2;
  else pq = (method.order === 'q-first' ? 1 : -1) * game.coefficient * stepSize.p * (equal ? 1 : stepSize.q);
  const terms = [[p2, 'p^2'] as const, [q2, 'q^2'] as const, ...(pq === 0 ? [] : [[pq, 'p*q'] as const])];
  const form = { p2, q2, pq };
  return { expression: expressionOf(terms), coefficients: form, factor, atStart: evaluateForm(form, start) };
}

export const evaluateForm = (form: QuadraticForm['coefficients'], { p, q }: Point): number =>
  form.p2 * p * p + form.q2 * q * q + form.pq * p * q;
