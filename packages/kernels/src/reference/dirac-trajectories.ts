import {
  type DiracTrajectoryPlan,
  type DiracTrajectoryResult,
  validateDiracTrajectories,
} from '../operators/dirac-trajectories.js';
import { type ReferenceOperators, values } from './core.js';

export const diracTrajectoriesOperators: ReferenceOperators<'diracTrajectories'> = {
  diracTrajectories(core, theta0, psi0, options) {
    const plan = validateDiracTrajectories(core, theta0, psi0, options);
    const shape = [plan.rows, plan.count];
    const result: DiracTrajectoryResult = { theta: core.result('float64', shape), psi: core.result('float64', shape) };
    if (plan.bias0) result.bias = core.result('float64', shape);
    const start = [theta0, psi0, plan.bias0].map((tensor) => tensor && values(tensor, 'float64'));
    const recorded = [result.theta, result.psi, result.bias].map((tensor) => tensor && values(tensor, 'float64'));
    diracTrajectories(plan, start, recorded);
    return result;
  },
};

interface State {
  theta: number;
  psi: number;
  bias: number;
}

type Arrays = (Float64Array | undefined)[];

/** Gradient steps of both players, one trajectory at a time. start: theta0, psi0, bias0 [N]; recorded: theta, psi, bias [rows, N]. */
function diracTrajectories(plan: DiracTrajectoryPlan, start: Arrays, recorded: Arrays): void {
  const { count, rows, steps, interval, order, innerSteps } = plan;
  const noise = noiseRule(plan.deviation);
  for (let n = 0; n < count; n++) {
    const [theta, psi, bias] = start.map((values) => values?.[n] ?? 0) as [number, number, number];
    let state: State = { theta, psi, bias };
    let row = 0;
    const record = () => {
      [state.theta, state.psi, state.bias].forEach((value, i) => {
        const to = recorded[i];
        if (to) to[row * count + n] = value;
      });
      row++;
    };
    if (rows > 1 || steps === 0) record();
    for (let t = 1; t <= steps; t++) {
      const old = state;
      if (order === 'theta-first') state = { ...state, theta: moveTheta(plan, noise, state) };
      for (let k = 0; k < innerSteps; k++) state = { ...state, ...moveCritic(plan, noise, state) };
      if (order === 'psi-first') state = { ...state, theta: moveTheta(plan, noise, state) };
      if (order === 'simultaneous') state = { ...state, theta: moveTheta(plan, noise, old) };
      if (t % interval === 0) record();
    }
  }
}

/** Displacements of a point and their weights. */
type Noise = readonly { displacement: number; weight: number }[];

/** The trapezoidal rule for N(0, deviation^2), z from -8.5 to 8.5 in steps of 0.25. */
function noiseRule(deviation: number): Noise {
  if (deviation === 0) return [{ displacement: 0, weight: 1 }];
  return Array.from({ length: 69 }, (_, k) => {
    const z = -8.5 + 0.25 * k;
    return { displacement: deviation * z, weight: (0.25 / Math.sqrt(2 * Math.PI)) * Math.exp(-0.5 * z * z) };
  });
}

/** 1 / (1 + e^-x), neither side losing its digits. */
function logistic(x: number): number {
  const decay = Math.exp(-Math.abs(x));
  return (x < 0 ? decay : 1) / (1 + decay);
}

/** Derivative of the critic's objective on generated data in its output d. */
function criticSlope({ loss, labels }: DiracTrajectoryPlan, d: number): number {
  if (loss === 'wgan') return 1;
  if (loss === 'lsgan') return labels.fake - d;
  if (loss === 'hinge') return d > -1 ? -1 : 0;
  return logistic(-d);
}

/** Minus the derivative of the critic's objective on real data in its output d; 0 where nothing that it moves is there. */
function realSlope({ loss, labels }: DiracTrajectoryPlan, d: number): number {
  if (loss === 'lsgan') return d - labels.real;
  if (loss === 'hinge') return d < 1 ? -1 : 0;
  return loss === 'gan' || loss === 'nsgan' ? logistic(d) : 0;
}

/** Derivative of the generator's objective in the critic's output d. */
function generatorSlope({ loss, labels }: DiracTrajectoryPlan, d: number): number {
  if (loss === 'wgan') return 1;
  if (loss === 'hinge') return -1;
  if (loss === 'lsgan') return d - labels.generator;
  return logistic(loss === 'nsgan' ? d : -d);
}

/** E slope and E e slope over noise e at `centre`. */
function expectations(
  noise: Noise,
  centre: number,
  { psi, bias }: State,
  slope: (d: number) => number,
): [number, number] {
  let [mean, moment] = [0, 0];
  for (const { displacement, weight } of noise) {
    const value = slope((centre + displacement) * psi + bias);
    mean += weight * value;
    moment += weight * displacement * value;
  }
  return [mean, moment];
}

/** The change of the critic's slope by consensus: minus the gradient of |V|^2 / 2, for V = slope (-psi, theta), in `own`. */
function consensusPull(slope: number, own: number, other: number): number {
  return slope * slope * ((1 - slope) * other * (own * own + other * other) - own);
}

function moveTheta(plan: DiracTrajectoryPlan, noise: Noise, state: State): number {
  const { theta, psi } = state;
  const [slope] = expectations(noise, theta, state, (d) => generatorSlope(plan, d));
  const pull = plan.consensus === 0 ? 0 : plan.consensus * consensusPull(slope, theta, psi);
  return theta + plan.stepTheta * (-psi * slope + pull);
}

function moveCritic(plan: DiracTrajectoryPlan, noise: Noise, state: State): { psi: number; bias: number } {
  const { clip, damping, push, consensus, deviation, stepPsi, bias0 } = plan;
  const { theta, psi, bias } = state;
  const [slope, moment] = expectations(noise, theta, state, (d) => criticSlope(plan, d));
  const [real, realMoment] = expectations(noise, 0, state, (d) => realSlope(plan, d));
  let direction = theta * slope;
  if (deviation > 0) direction += moment - realMoment;
  if (damping > 0) direction = direction - damping * psi + push * Math.sign(psi);
  if (consensus > 0) direction += consensus * consensusPull(slope, psi, theta);
  return {
    psi: Math.min(Math.max(psi + stepPsi * direction, -clip), clip),
    bias: bias0 ? bias + stepPsi * (slope - real) : 0,
  };
}
