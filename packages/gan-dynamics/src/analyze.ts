import { ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { checkFinite } from './arguments.js';
import { checkGame, type Game, type Point } from './game.js';
import { type Complex, couplingOf, type IterationMap, iterationMap } from './iteration-map.js';
import { checkMethod, type Method } from './method.js';
import { type QuadraticForm, quadraticFormOf } from './quadratic-form.js';
import { type Rotation, rotationOf } from './rotation.js';

/**
 * What the iterates do from a start that is not the equilibrium.
 * `cycles`: they return exactly; `quasi-periodic`: they stay on a closed curve and never return; `drifts`: their distance
 * grows linearly; `diverges`: it grows geometrically; `stays`: the start is the equilibrium.
 */
export type Verdict = 'cycles' | 'quasi-periodic' | 'drifts' | 'diverges' | 'stays';

export interface Analysis {
  readonly verdict: Verdict;
  /** Why, in one or two sentences with the numbers that decide. */
  readonly reason: string;
  /** Whether the iterates tend to the equilibrium. Never for a start other than the equilibrium. */
  readonly converges: boolean;
  readonly equilibrium: Point;
  readonly map: IterationMap['matrix'];
  readonly determinant: number;
  readonly trace: number;
  readonly eigenvalues: readonly [Complex, Complex];
  readonly spectralRadius: number;
  /** Iterations until the state returns; null where it never does. */
  readonly period: number | null;
  /** How the state turns; null unless the map is elliptic. */
  readonly rotation: Rotation | null;
  /** A conserved quadratic form; null where there is none. */
  readonly invariant: QuadraticForm | null;
  /** For simultaneous steps the form that grows by the same factor in every iteration; null otherwise. */
  readonly growth: QuadraticForm | null;
  readonly start: Point;
}

export function readStart(fn: string, start: Point | undefined): Point {
  if (start === undefined) return { p: 1, q: 1 };
  checkOptions(`${fn}: start`, start, ['p', 'q']);
  return { p: checkFinite(fn, 'start.p', start.p), q: checkFinite(fn, 'start.q', start.q) };
}

const round = (value: number): string => String(Number(value.toPrecision(6)));

/**
 * The exact behaviour of gradient descent-ascent on a bilinear game, from the 2 x 2 matrix of one iteration. With
 * s^2 = h_p h_q c^2: alternating steps have determinant 1 and trace 2 - s^2, so they rotate for s < 2, drift at s = 2 and
 * diverge for s > 2; simultaneous steps multiply h_q p^2 + h_p q^2 by 1 + s^2 each time. No step size converges.
 * `start` defaults to (1, 1), the assignment's.
 * Source: Gidel et al. 2019, section 3; Zhang and Yu 2020, section 3.
 * @throws ValueError on a bad game, method or start, and when s^2 overflows or underflows.
 */
export function analyze(game: Game, method: Method, options: { start?: Point } = {}): Analysis {
  const fn = 'analyze';
  checkGame(fn, game);
  checkMethod(fn, method);
  checkOptions(fn, options, ['start']);
  const start = readStart(fn, options.start);
  const coupling = couplingOf(game, method);
  if (!Number.isFinite(coupling) || coupling < Number.MIN_VALUE / Number.EPSILON) {
    throw new ValueError(
      `${fn}: stepSize.p * stepSize.q * coefficient^2 = ${coupling} is outside the range of float64`,
    );
  }
  const { matrix: map, ...spectrum } = iterationMap(game, method);
  const alternating = method.kind === 'alternatingGDA';
  const form = quadraticFormOf(game, method, start);
  const factors = [method.stepSize.p, method.stepSize.q, game.coefficient, game.coefficient];
  const rotation = alternating && coupling < 4 ? rotationOf(factors) : null;
  const settled = start.p === 0 && start.q === 0;
  const { verdict, reason, period } = settled
    ? {
        verdict: 'stays' as const,
        reason: 'The start is the equilibrium p = q = 0, where both gradients vanish.',
        period: 1,
      }
    : judge(method, coupling, start, form, rotation, spectrum.spectralRadius, game.coefficient);
  return {
    verdict,
    reason,
    converges: settled,
    equilibrium: { p: 0, q: 0 },
    map,
    ...spectrum,
    period,
    rotation,
    invariant: alternating ? form : null,
    growth: alternating ? null : form,
    start,
  };
}

interface Judgement {
  verdict: Verdict;
  reason: string;
  period: number | null;
}

function judge(
  method: Method,
  coupling: number,
  start: Point,
  form: QuadraticForm,
  rotation: Rotation | null,
  spectralRadius: number,
  coefficient: number,
): Judgement {
  const s = round(Math.sqrt(coupling));
  if (method.kind === 'simultaneousGDA') {
    const reason =
      `Each simultaneous iteration multiplies ${form.expression} by 1 + s^2 = ${round(form.factor)} (s = ${s}), ` +
      'so the distance grows for every positive step size.';
    return { verdict: 'diverges', reason, period: null };
  }
  const shears = 'Each alternating iteration is a product of two shears, so its determinant is 1';
  if (rotation) {
    const ellipse = `${shears}; with s = ${s} < 2 both eigenvalues lie on the unit circle and ${form.expression} keeps its value ${round(form.atStart)}`;
    if (rotation.period !== null) {
      const nature = rotation.exact ? 'exactly' : 'up to the rounding of the step size';
      const reason = `${ellipse}. The angle per iteration is ${rotation.windings}/${rotation.period} of a turn, ${nature}: the state returns after ${rotation.period} iterations and comes no nearer.`;
      return { verdict: 'cycles', reason, period: rotation.period };
    }
    const reason = `${ellipse}. A turn takes ${round(rotation.iterationsPerTurn)} iterations, a ratio that never closes: the state stays on the ellipse and comes no nearer.`;
    return { verdict: 'quasi-periodic', reason, period: null };
  }
  if (coupling === 4) return judgeParabolic(method, start, shears, coefficient);
  const reason = `${shears}; with s = ${s} > 2 the eigenvalues are real, and the larger, ${round(spectralRadius)} in modulus, stretches the state in every iteration.`;
  return { verdict: 'diverges', reason, period: null };
}

/** s = 2: both eigenvalues are -1 with a single eigenvector; on it the state flips sign, elsewhere it drifts away. */
function judgeParabolic(method: Method, start: Point, shears: string, coefficient: number): Judgement {
  // M + 1 annihilates the eigenvector: h_q c p + 2 q = 0 when q moves first, h_p c q - 2 p = 0 when p does.
  const { stepSize } = method;
  const qFirst = method.kind === 'alternatingGDA' && method.order === 'q-first';
  const residual = qFirst
    ? stepSize.q * coefficient * start.p + 2 * start.q
    : stepSize.p * coefficient * start.q - 2 * start.p;
  if (residual === 0) {
    const reason = `${shears}; at s = 2 both eigenvalues are -1, and the start is an eigenvector: it changes sign each time.`;
    return { verdict: 'cycles', reason, period: 2 };
  }
  const reason = `${shears}; at s = 2 both eigenvalues are -1 with one eigenvector only, so the distance grows by the same amount in every iteration.`;
  return { verdict: 'drifts', reason, period: null };
}
