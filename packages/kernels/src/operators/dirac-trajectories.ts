import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkOptions, checkTensor, equalShapes } from './check.js';
import { checkFinite, checkRecording, type RecordingOptions, type RecordingPlan } from './recording.js';

/** Losses of the Dirac-GAN; the table in {@link DiracTrajectoriesOperators.diracTrajectories} says what each does. */
export type DiracLoss = 'gan' | 'nsgan' | 'relativistic' | 'wgan' | 'lsgan' | 'hinge';

/** Options of {@link DiracTrajectoriesOperators.diracTrajectories}. Penalties are those of the critic's objective. */
export interface DiracTrajectoryOptions extends RecordingOptions {
  loss: DiracLoss;
  /** Step size of the generator. */
  stepTheta: number;
  /** Step size of the critic. */
  stepPsi: number;
  /** Who moves first, or whether both move at once. Default 'psi-first', as GANs are trained. */
  order?: 'psi-first' | 'theta-first' | 'simultaneous';
  /** Consecutive steps of the critic in an iteration. Default 1; not for 'simultaneous'. */
  innerSteps?: number;
  /** For 'wgan': psi is clipped to [-clip, clip] after each of its steps. Default: not clipped. */
  clip?: number;
  /** gamma / 2 |D'(x)|^2 on real data: -gamma psi. Default 0. */
  r1?: number;
  /** The same on generated data. Default 0. */
  r2?: number;
  /** lambda / 2 (|D'(x)| - gradientTarget)^2: -lambda (|psi| - gradientTarget) sign psi. Default 0. */
  gradientPenalty?: number;
  /** Default 1; needs `gradientPenalty`. */
  gradientTarget?: number;
  /** gamma of V - gamma grad |V|^2 / 2, for 'gan', 'relativistic' and 'wgan', without penalties, clip, noise or bias. Default 0. */
  consensus?: number;
  /**
   * Variance of normal noise on real and generated data. In closed form for 'lsgan'; for 'gan', 'nsgan' and 'relativistic' by the
   * trapezoidal rule with 69 points, measured in u = |psi| sqrt(variance), for 'relativistic' |psi| sqrt(2 variance): expectations
   * to 1e-15 for u <= 2, 1e-9 for u <= 3.6, 4e-5 at u = 8. Default 0.
   */
  instanceNoise?: number;
  /** For 'lsgan': the critic's targets for generated and real data, and the generator's. Default 0, 1, 1. */
  labels?: { fake: number; real: number; generator: number };
  /** The critic's bias at the start, float64 [N]: D(x) = psi x + bias. Default: no bias. Not for 'wgan' and 'relativistic', whose bias stays. */
  bias0?: Tensor;
}

/** Result of {@link DiracTrajectoriesOperators.diracTrajectories}. */
export interface DiracTrajectoryResult {
  /** float64 [R, N]: R = 1 for the final state, else steps / recordEvery + 1. */
  theta: Tensor;
  /** float64 [R, N] */
  psi: Tensor;
  /** float64 [R, N], present with `bias0`. */
  bias?: Tensor;
}

/** Trajectories of the Dirac-GAN. */
export interface DiracTrajectoriesOperators {
  /**
   * Training of the Dirac-GAN for N starts at once, in float64: real data at 0, generated data at theta, critic D(x) = psi x
   * (+ bias). `theta0` and `psi0` are float64 [N]. With d = D(theta), r = D(0) = bias, s the logistic function and labels a, b, c:
   *
   *     loss               theta moves along   psi along          bias along
   *     gan                -psi s(-d)          theta s(-d)        s(-d) - s(r)
   *     nsgan              -psi s(d)           theta s(-d)        s(-d) - s(r)
   *     relativistic       -psi s(-d)          theta s(-d)        0
   *     wgan               -psi                theta              0
   *     lsgan              -psi (d - c)        theta (a - d)      (a - d) - (r - b)
   *     hinge              psi                 -theta [d > -1]    [r < 1] - [d > -1]
   *
   * The critic of the first four is high on generated data, as in the source, that of the others on real data.
   * Source: Mescheder, Geiger and Nowozin 2018, Which training methods for GANs do actually converge?, sections 2 to 4.
   */
  diracTrajectories(theta0: Tensor, psi0: Tensor, options: DiracTrajectoryOptions): DiracTrajectoryResult;
}

/** A checked diracTrajectories. The penalties' derivative in psi is damping psi - push sign(psi). */
export interface DiracTrajectoryPlan extends RecordingPlan {
  count: number;
  loss: DiracLoss;
  order: 'psi-first' | 'theta-first' | 'simultaneous';
  innerSteps: number;
  stepTheta: number;
  stepPsi: number;
  /** Infinity for none. */
  clip: number;
  damping: number;
  push: number;
  consensus: number;
  /** Standard deviation of the noise that is left to a rule, 0 for none: what lsgan's does is in `damping`. */
  deviation: number;
  labels: { fake: number; real: number; generator: number };
  bias0: Tensor | undefined;
}

const fn = 'diracTrajectories';
const losses: readonly DiracLoss[] = ['gan', 'nsgan', 'relativistic', 'wgan', 'lsgan', 'hinge'];
const orders = ['psi-first', 'theta-first', 'simultaneous'];
const own = ['loss', 'stepTheta', 'stepPsi', 'steps', 'recordEvery', 'order', 'innerSteps', 'bias0', 'labels'];
const regularisers = ['clip', 'r1', 'r2', 'gradientPenalty', 'gradientTarget', 'consensus', 'instanceNoise'] as const;

/**
 * Options that act on some losses only. Noise changes nothing in wgan and has no closed form here for hinge; a bias would never
 * move under wgan or relativistic; consensus is worked out for fields of the form slope (-psi, theta).
 */
const restricted: readonly [option: keyof DiracTrajectoryOptions, losses: readonly DiracLoss[]][] = [
  ['clip', ['wgan']],
  ['labels', ['lsgan']],
  ['consensus', ['gan', 'relativistic', 'wgan']],
  ['instanceNoise', ['gan', 'nsgan', 'relativistic', 'lsgan']],
  ['bias0', ['gan', 'nsgan', 'lsgan', 'hinge']],
];

export function validateDiracTrajectories(
  backend: BackendCore,
  theta0: Tensor,
  psi0: Tensor,
  options: DiracTrajectoryOptions,
): DiracTrajectoryPlan {
  checkTensor(fn, 'theta0', theta0, backend, 'float64');
  checkTensor(fn, 'psi0', psi0, backend, 'float64');
  checkOptions(fn, options, [...own, ...regularisers]);
  const { loss, order = 'psi-first', innerSteps = 1, bias0 } = options;
  if (!losses.includes(loss)) {
    throw new ValueError(`${fn}: loss must be one of ${losses.join(', ')}, got ${String(loss)}`);
  }
  if (!orders.includes(order)) {
    throw new ValueError(`${fn}: order must be one of ${orders.join(', ')}, got ${String(order)}`);
  }
  if (!Number.isSafeInteger(innerSteps) || innerSteps < 1 || innerSteps > 0x7fffffff) {
    throw new ValueError(`${fn}: innerSteps must be an integer from 1 to 2147483647, got ${String(innerSteps)}`);
  }
  if (order === 'simultaneous' && innerSteps > 1) {
    throw new ValueError(`${fn}: innerSteps must be 1 when order is 'simultaneous', got ${innerSteps}`);
  }
  checkVector('theta0', theta0, theta0);
  checkVector('psi0', psi0, theta0);
  for (const [option, allowed] of restricted) {
    if (options[option] !== undefined && !allowed.includes(loss)) {
      throw new ValueError(`${fn}: ${option} does not apply to loss '${loss}': it is there for ${allowed.join(', ')}`);
    }
  }
  if (bias0 !== undefined) {
    checkTensor(fn, 'bias0', bias0, backend, 'float64');
    checkVector('bias0', bias0, theta0);
  }
  return {
    count: theta0.shape[0] as number,
    ...checkRecording(fn, options),
    loss,
    order,
    innerSteps,
    stepTheta: checkFinite(fn, 'stepTheta', options.stepTheta),
    stepPsi: checkFinite(fn, 'stepPsi', options.stepPsi),
    ...readRegularisers(options),
    labels: readLabels(options.labels),
    bias0,
  };
}

function checkVector(name: string, tensor: Tensor, like: Tensor): void {
  const shape = formatShape(tensor.shape);
  if (tensor.shape.length !== 1) throw new ShapeError(`${fn}: ${name} has shape ${shape}, expected [N]`);
  if (!equalShapes(tensor.shape, like.shape)) {
    throw new ShapeError(`${fn}: ${name} has shape ${shape}, but theta0 ${formatShape(like.shape)}`);
  }
}

type Regularisers = Pick<DiracTrajectoryPlan, 'clip' | 'damping' | 'push' | 'consensus' | 'deviation'>;

function readRegularisers(options: DiracTrajectoryOptions): Regularisers {
  const { loss, clip, r1 = 0, r2 = 0, gradientPenalty = 0, consensus = 0, instanceNoise = 0 } = options;
  for (const name of regularisers) {
    const value = options[name];
    if (value !== undefined && checkFinite(fn, name, value) < 0) {
      throw new ValueError(`${fn}: ${name} must be at least 0, got ${value}`);
    }
  }
  if (options.gradientTarget !== undefined && options.gradientPenalty === undefined) {
    throw new ValueError(`${fn}: gradientTarget needs gradientPenalty`);
  }
  const others = [...regularisers, 'bias0' as const].filter((name) => name !== 'consensus');
  const beside = others.find((name) => options[name] !== undefined);
  if (options.consensus !== undefined && beside !== undefined) {
    throw new ValueError(`${fn}: consensus cannot be combined with ${beside}`);
  }
  return {
    clip: clip ?? Number.POSITIVE_INFINITY,
    // Noise adds its variance to theta^2 on generated data and to 0 on real data, where lsgan's critic has slope -psi x^2.
    damping: r1 + r2 + gradientPenalty + (loss === 'lsgan' ? 2 * instanceNoise : 0),
    push: gradientPenalty * (options.gradientTarget ?? 1),
    consensus,
    // A relativistic critic sees the difference of two noisy points.
    deviation: loss === 'lsgan' ? 0 : Math.sqrt(loss === 'relativistic' ? 2 * instanceNoise : instanceNoise),
  };
}

function readLabels(labels: DiracTrajectoryOptions['labels']): DiracTrajectoryPlan['labels'] {
  if (labels === undefined) return { fake: 0, real: 1, generator: 1 };
  checkOptions(`${fn}: labels`, labels, ['fake', 'real', 'generator']);
  return {
    fake: checkFinite(fn, 'labels.fake', labels.fake),
    real: checkFinite(fn, 'labels.real', labels.real),
    generator: checkFinite(fn, 'labels.generator', labels.generator),
  };
}
