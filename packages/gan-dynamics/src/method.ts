import { ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { checkPositive } from './arguments.js';
import { type Game, gradientOf, type Point } from './game.js';

/** One step size for both players, or one for each. */
export type StepSize = number | { readonly p: number; readonly q: number };

/** Gradient descent in p, ascent in q, by turns: the second mover sees the first mover's new value. */
export interface AlternatingGDA {
  readonly kind: 'alternatingGDA';
  readonly stepSize: { readonly p: number; readonly q: number };
  readonly order: 'q-first' | 'p-first';
}

/** Gradient descent in p, ascent in q, both from the same old state. */
export interface SimultaneousGDA {
  readonly kind: 'simultaneousGDA';
  readonly stepSize: { readonly p: number; readonly q: number };
}

export type Method = AlternatingGDA | SimultaneousGDA;

function readStepSize(fn: string, value: StepSize | undefined): { p: number; q: number } {
  if (typeof value === 'object' && value !== null) {
    checkOptions(`${fn}: stepSize`, value, ['p', 'q']);
    return { p: checkPositive(fn, 'stepSize.p', value.p), q: checkPositive(fn, 'stepSize.q', value.q) };
  }
  const both = checkPositive(fn, 'stepSize', value ?? 1);
  return { p: both, q: both };
}

/**
 * Alternating gradient descent-ascent. With order 'q-first' (the default, the assignment's):
 * q' = q + h_q df/dq(p, q), p' = p - h_p df/dp(p, q').
 * Two gradients per iteration. Source: assignment question 4; Gidel et al. 2019, section 3.
 * @throws ValueError when a step size is not positive and finite.
 */
export function alternatingGDA(options: { stepSize?: StepSize; order?: 'q-first' | 'p-first' } = {}): AlternatingGDA {
  const fn = 'alternatingGDA';
  checkOptions(fn, options, ['stepSize', 'order']);
  const order = options.order ?? 'q-first';
  if (order !== 'q-first' && order !== 'p-first') {
    throw new ValueError(`${fn}: order must be 'q-first' or 'p-first', got ${String(order)}`);
  }
  return { kind: fn, stepSize: readStepSize(fn, options.stepSize), order };
}

/**
 * Simultaneous gradient descent-ascent: q' = q + h_q df/dq(p, q), p' = p - h_p df/dp(p, q).
 * Two gradients per iteration. Source: Mescheder, Nowozin and Geiger 2017, section 3.
 * @throws ValueError when a step size is not positive and finite.
 */
export function simultaneousGDA(options: { stepSize?: StepSize } = {}): SimultaneousGDA {
  const fn = 'simultaneousGDA';
  checkOptions(fn, options, ['stepSize']);
  return { kind: fn, stepSize: readStepSize(fn, options.stepSize) };
}

/** The move order as the kernels name it. */
export const orderOf = (method: Method): 'q-first' | 'p-first' | 'simultaneous' =>
  method.kind === 'simultaneousGDA' ? 'simultaneous' : method.order;

/** Rejects what neither `alternatingGDA` nor `simultaneousGDA` made. */
export function checkMethod(fn: string, method: Method): void {
  const kind: unknown = (method as { kind?: unknown } | null)?.kind;
  if (kind !== 'alternatingGDA' && kind !== 'simultaneousGDA') {
    throw new ValueError(
      `${fn}: method must be made by alternatingGDA() or simultaneousGDA(), got ${String(kind ?? method)}`,
    );
  }
}

/** One full iteration: both players move once. This is the definition the batched kernels are tested against. */
export function iterate(game: Game, method: Method, { p, q }: Point): Point {
  const { stepSize } = method;
  const order = orderOf(method);
  if (order === 'q-first') {
    const raised = q + stepSize.q * gradientOf(game, { p, q }).q;
    return { p: p - stepSize.p * gradientOf(game, { p, q: raised }).p, q: raised };
  }
  const lowered = p - stepSize.p * gradientOf(game, { p, q }).p;
  const seen = order === 'p-first' ? lowered : p;
  return { p: lowered, q: q + stepSize.q * gradientOf(game, { p: seen, q }).q };
}
