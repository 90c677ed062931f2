import { analyze, type Verdict } from './analyze.js';
import { bilinear, gradientOf } from './game.js';
import { alternatingGDA, iterate, simultaneousGDA } from './method.js';
import { type TrajectoryRow, trajectoryTable } from './trajectory-table.js';

/** One step size tried, both ways. */
export interface StepSizeTrial {
  readonly stepSize: number;
  readonly alternating: { readonly verdict: Verdict; readonly spectralRadius: number; readonly determinant: number };
  readonly simultaneous: { readonly verdict: Verdict; readonly spectralRadius: number };
  /** The smallest p^2 + q^2 seen over the iterations tried, from (1, 1), alternating; 0 would be the equilibrium. */
  readonly closest: number;
}

/** Two step sizes used in turn. */
export interface StepSizeCycle {
  readonly stepSizes: readonly [number, number];
  readonly determinant: number;
  readonly trace: number;
  /** Of the two iterations together; above 1 although each step size alone keeps the state bounded. */
  readonly spectralRadius: number;
}

export interface StepSizeClaim {
  readonly claim: string;
  readonly agrees: boolean;
  readonly truth: string;
  readonly trials: readonly StepSizeTrial[];
  readonly cycle: StepSizeCycle;
  /** The mean state over t = 0 .. 5 of the assignment's orbit: averaging reaches what no step size does. */
  readonly average: { readonly p: number; readonly q: number };
}

const game = bilinear();

/**
 * Tests the assignment's "to find the optimum the step size must be changed": no step size tried converges, nor can any, as the
 * determinant of every alternating iteration is 1. `steps` iterations are run for each step size.
 */
export function stepSizeClaim(
  stepSizes: readonly number[] = [0.001, 0.01, 0.1, 0.5, 1, 1.5, 1.9, 2, 2.5],
  steps = 200,
): StepSizeClaim {
  const trials = stepSizes.map((stepSize): StepSizeTrial => {
    const method = alternatingGDA({ stepSize });
    const { verdict, spectralRadius, determinant } = analyze(game, method);
    const simultaneous = analyze(game, simultaneousGDA({ stepSize }));
    const { rows } = trajectoryTable(game, method, { steps });
    return {
      stepSize,
      alternating: { verdict, spectralRadius, determinant },
      simultaneous: { verdict: simultaneous.verdict, spectralRadius: simultaneous.spectralRadius },
      closest: Math.min(...rows.map(({ p, q }) => p * p + q * q).filter(Number.isFinite)),
    };
  });
  const orbit = trajectoryTable(game, alternatingGDA(), { steps: 5 }).rows;
  const mean = (read: (row: TrajectoryRow) => number) => orbit.reduce((sum, row) => sum + read(row), 0) / orbit.length;
  const agrees = trials.some(({ alternating, closest }) => alternating.spectralRadius < 1 || closest < 1e-6);
  return {
    claim: 'To find the optimum the step size must be changed.',
    agrees,
    truth:
      'No step size makes gradient descent-ascent on p q converge. Every alternating iteration has determinant 1: it turns on ' +
      'an ellipse for h < 2 and runs away for h >= 2; simultaneous steps always spiral out. Average the iterates or change the method.',
    trials,
    cycle: cycleOf(1.9, 1),
    average: { p: mean((row) => row.p), q: mean((row) => row.q) },
  };
}

function cycleOf(first: number, second: number): StepSizeCycle {
  const both = (p: number, q: number) =>
    iterate(game, alternatingGDA({ stepSize: second }), iterate(game, alternatingGDA({ stepSize: first }), { p, q }));
  const [ofP, ofQ] = [both(1, 0), both(0, 1)];
  const trace = ofP.p + ofQ.q;
  const determinant = ofP.p * ofQ.q - ofP.q * ofQ.p;
  const discriminant = (trace / 2) ** 2 - determinant;
  const spectralRadius = discriminant < 0 ? Math.sqrt(determinant) : Math.abs(trace / 2) + Math.sqrt(discriminant);
  return { stepSizes: [first, second], determinant, trace, spectralRadius };
}

export interface EquilibriumClaim {
  readonly claim: string;
  readonly agrees: boolean;
  readonly truth: string;
  /** Iterations of the assignment's orbit at which f_t = f_{t+1}, with the gradients there. */
  readonly counterexamples: readonly (TrajectoryRow & {
    readonly gradient: { readonly p: number; readonly q: number };
  })[];
  /** f_{t+1} - f_t = -h (q + (1 + h) p)(q - (1 - h) p): the slopes q / p of the two lines on which it vanishes, for h = 1. */
  readonly slopes: readonly [number, number];
}

/**
 * Tests the assignment's "at equilibrium f_t = f_{t+1}" as a way to find it: the orbit itself meets the condition where the
 * gradients are far from zero.
 */
export function equilibriumClaim(): EquilibriumClaim {
  const stepSize = 1;
  const { rows } = trajectoryTable(game, alternatingGDA({ stepSize }), { steps: 6 });
  const counterexamples = rows
    .filter((row, t) => row.f === rows[t + 1]?.f)
    .map((row) => ({ ...row, gradient: gradientOf(game, row) }))
    .filter(({ gradient }) => gradient.p !== 0 || gradient.q !== 0);
  return {
    claim: 'At equilibrium the product stays constant, f_t = f_{t+1}, so one of p and q must be zero.',
    agrees: counterexamples.length === 0,
    truth:
      'f_t = f_{t+1} holds on two whole lines through the origin, and the orbit meets one of them far from the equilibrium. ' +
      'The equilibrium is where both gradients vanish: p = q = 0.',
    counterexamples,
    slopes: [-(1 + stepSize), 1 - stepSize],
  };
}
