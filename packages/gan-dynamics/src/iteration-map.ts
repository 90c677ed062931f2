import type { Game } from './game.js';
import { iterate, type Method } from './method.js';

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** z' = M z with z = (p, q): what one full iteration does to the state. */
export interface IterationMap {
  /** Row-major [[dp'/dp, dp'/dq], [dq'/dp, dq'/dq]]. */
  readonly matrix: readonly [readonly [number, number], readonly [number, number]];
  readonly determinant: number;
  readonly trace: number;
  readonly eigenvalues: readonly [Complex, Complex];
  /** Largest modulus of an eigenvalue. */
  readonly spectralRadius: number;
}

/**
 * The squared coupling s^2 = h_p h_q c^2 of a game and a method. It decides everything: alternating steps have
 * trace 2 - s^2 and determinant 1, simultaneous ones trace 2 and determinant 1 + s^2.
 */
export const couplingOf = ({ coefficient }: Game, { stepSize }: Method): number =>
  stepSize.p * stepSize.q * coefficient * coefficient;

const conjugates = (re: number, im: number): [Complex, Complex] => [
  { re, im },
  { re, im: -im },
];

/** The eigenvalues, the larger modulus first, from s^2 itself: the trace has lost the digits of a small s^2. */
function eigenvaluesOf(kind: Method['kind'], coupling: number): [Complex, Complex] {
  if (kind === 'simultaneousGDA') return conjugates(1, Math.sqrt(coupling));
  if (coupling < 4) return conjugates(1 - coupling / 2, Math.sqrt(coupling * (1 - coupling / 4)));
  const large = -(((Math.sqrt(coupling) + Math.sqrt(coupling - 4)) / 2) ** 2);
  return [
    { re: large, im: 0 },
    { re: 1 / large, im: 0 },
  ];
}

export function iterationMap(game: Game, method: Method): IterationMap {
  // The map is linear, so its columns are the images of the unit vectors.
  const image = { p: iterate(game, method, { p: 1, q: 0 }), q: iterate(game, method, { p: 0, q: 1 }) };
  const coupling = couplingOf(game, method);
  // An alternating iteration is a product of two shears, so its determinant is 1 exactly, whatever rounding says.
  const [trace, determinant] = method.kind === 'alternatingGDA' ? [2 - coupling, 1] : [2, 1 + coupling];
  const elliptic = method.kind === 'alternatingGDA' && coupling < 4;
  const eigenvalues = eigenvaluesOf(method.kind, coupling);
  return {
    matrix: [
      [image.p.p, image.q.p],
      [image.p.q, image.q.q],
    ],
    determinant,
    trace,
    eigenvalues,
    // An elliptic map of determinant 1 has both eigenvalues on the unit circle exactly.
    spectralRadius: elliptic ? 1 : Math.hypot(eigenvalues[0].re, eigenvalues[0].im),
  };
}
