export { type Analysis, analyze, type Verdict } from './analyze.js';
export {
  type EquilibriumClaim,
  equilibriumClaim,
  type StepSizeClaim,
  type StepSizeCycle,
  type StepSizeTrial,
  stepSizeClaim,
} from './claims.js';
export { type BilinearGame, bilinear, type Game, gradientOf, type Point, payoff } from './game.js';
export type { Complex, IterationMap } from './iteration-map.js';
export {
  type AlternatingGDA,
  alternatingGDA,
  iterate,
  type Method,
  type SimultaneousGDA,
  type StepSize,
  simultaneousGDA,
} from './method.js';
export { evaluateForm, type QuadraticForm } from './quadratic-form.js';
export type { Rotation } from './rotation.js';
export { type SimulateOptions, type Starts, simulate, type Trajectories } from './simulate.js';
export { type TrajectoryRow, type TrajectoryTable, trajectoryTable } from './trajectory-table.js';
