import { ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { checkFinite } from './arguments.js';

/** The state of a two-player game: p is moved to lower f, q to raise it. */
export interface Point {
  readonly p: number;
  readonly q: number;
}

/** min over p, max over q of f(p, q) = coefficient * p * q; its only equilibrium is p = q = 0. */
export interface BilinearGame {
  readonly kind: 'bilinear';
  readonly coefficient: number;
}

export type Game = BilinearGame;

/**
 * The game min_p max_q coefficient * p * q, the simplest model of a generator against a critic.
 * Source: assignment question 4; Mescheder, Geiger and Nowozin 2018, section 2 (Dirac-GAN of a linear loss).
 * @throws ValueError when the coefficient is zero or not finite.
 */
export function bilinear(options: { coefficient?: number } = {}): BilinearGame {
  checkOptions('bilinear', options, ['coefficient']);
  const coefficient = checkFinite('bilinear', 'coefficient', options.coefficient ?? 1);
  if (coefficient === 0) {
    throw new ValueError('bilinear: coefficient must not be 0, got 0; every point would be an equilibrium');
  }
  return { kind: 'bilinear', coefficient };
}

/** f(p, q) */
export const payoff = (game: Game, { p, q }: Point): number => game.coefficient * p * q;

/** The gradients (df/dp, df/dq). Both vanish at an equilibrium of a smooth game without constraints. */
export const gradientOf = ({ coefficient }: Game, { p, q }: Point): { p: number; q: number } => ({
  p: coefficient * q,
  q: coefficient * p,
});

/** Rejects what `bilinear` did not make. */
export function checkGame(fn: string, game: Game): void {
  if (typeof game !== 'object' || game === null || game.kind !== 'bilinear') {
    throw new ValueError(
      `${fn}: game must be made by bilinear(), got ${String((game as { kind?: unknown })?.kind ?? game)}`,
    );
  }
}
