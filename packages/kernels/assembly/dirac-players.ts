import { BIAS, CRITIC, FORCE, GENERATOR, MOMENT, NOISE, PSI, REAL, THETA, WORK, ZERO } from './dirac-layout';
import { moveBias, moveByConsensus, movePenalisedPsi, movePsi, moveTheta } from './dirac-moves';
import { hingeSlopes, linearSlopes, logisticSlopes, noisySlopes } from './dirac-slopes';

// What the critic and the generator of the Dirac-GAN do on a block of trajectories, loss by loss. settings, float64: 0
// stepTheta, 1 stepPsi, 2 clip, 3 damping, 4 push, 5 consensus, 6 deviation of the noise, 7 to 9 the labels of lsgan: fake,
// real, generator. scratch: DIRAC_BYTES bytes, laid out by dirac-layout.ts.

const NSGAN = 1;
const WGAN = 2;
const LSGAN = 3;
const HINGE = 4;

/** Writes the slopes that are constant. scratch: DIRAC_BYTES bytes. */
export function prepare(bytes: usize, loss: i32, scratch: usize): void {
  for (let i: usize = 0; i < bytes; i += 8) {
    if (loss === WGAN) store<f64>(scratch + CRITIC + i, 1.0);
    store<f64>(scratch + GENERATOR + i, loss === HINGE ? -1.0 : 1.0);
  }
}

/** Slopes the critic follows now. settings: [10]; scratch: DIRAC_BYTES bytes. */
export function criticSlopes(
  bytes: usize,
  loss: i32,
  paired: i32,
  biased: bool,
  settings: usize,
  scratch: usize,
): void {
  const theta = scratch + THETA;
  const psi = scratch + PSI;
  const bias = scratch + BIAS;
  const zero = scratch + ZERO;
  const to = scratch + CRITIC;
  const real = scratch + REAL;
  if (loss === LSGAN) {
    linearSlopes(bytes, -1, load<f64>(settings, 56), theta, psi, bias, to);
    if (biased) linearSlopes(bytes, 1, -load<f64>(settings, 64), zero, psi, bias, real);
  } else if (loss === HINGE) {
    hingeSlopes(bytes, 1, theta, psi, bias, to);
    if (biased) hingeSlopes(bytes, -1, zero, psi, bias, real);
  } else if (loss === WGAN) {
    return;
  } else if (load<f64>(settings, 48) > 0) {
    const force = scratch + FORCE;
    const moment = scratch + MOMENT;
    noisySlopes(bytes, -1, scratch + NOISE, theta, psi, bias, to, force, scratch + WORK);
    if (paired) return;
    noisySlopes(bytes, 1, scratch + NOISE, zero, psi, bias, real, moment, scratch + WORK);
    for (let i: usize = 0; i < bytes; i += 16) {
      v128.store(force + i, f64x2.sub(v128.load(force + i), v128.load(moment + i)));
    }
  } else {
    logisticSlopes(bytes, -1, theta, psi, bias, to);
    if (biased) logisticSlopes(bytes, 1, zero, psi, bias, real);
  }
}

/** Slopes the generator follows now; `shared`: the critic's are those of the same state. Arguments as above. */
export function generatorSlopes(bytes: usize, loss: i32, shared: bool, settings: usize, scratch: usize): void {
  const theta = scratch + THETA;
  const psi = scratch + PSI;
  const bias = scratch + BIAS;
  const to = scratch + GENERATOR;
  if (loss === WGAN || loss === HINGE) return;
  const sign: f64 = loss === NSGAN ? 1 : -1;
  if (loss === LSGAN) linearSlopes(bytes, 1, -load<f64>(settings, 72), theta, psi, bias, to);
  else if (shared && loss !== NSGAN) memory.copy(to, scratch + CRITIC, bytes);
  else if (load<f64>(settings, 48) > 0) {
    noisySlopes(bytes, sign, scratch + NOISE, theta, psi, bias, to, scratch + MOMENT, scratch + WORK);
  } else logisticSlopes(bytes, sign, theta, psi, bias, to);
}

/** A step of the critic; psi goes to the line `to` of scratch. settings: [10]; scratch: DIRAC_BYTES bytes. */
export function moveCritic(bytes: usize, biased: bool, settings: usize, to: usize, scratch: usize): void {
  const theta = scratch + THETA;
  const psi = scratch + PSI;
  const slope = scratch + CRITIC;
  const step = load<f64>(settings, 8);
  const clip = load<f64>(settings, 16);
  const damping = load<f64>(settings, 24);
  const consensus = load<f64>(settings, 40);
  if (consensus > 0) {
    moveByConsensus(bytes, step, 1, consensus, psi, theta, slope, scratch + to);
  } else if (damping > 0 || load<f64>(settings, 48) > 0) {
    movePenalisedPsi(
      bytes,
      step,
      clip,
      damping,
      load<f64>(settings, 32),
      theta,
      slope,
      scratch + FORCE,
      psi,
      scratch + to,
    );
  } else {
    movePsi(bytes, step, clip, theta, slope, psi, scratch + to);
  }
  if (biased) moveBias(bytes, step, slope, scratch + REAL, scratch + BIAS);
}

/** A step of the generator. settings: [10]; scratch: DIRAC_BYTES bytes. */
export function moveGenerator(bytes: usize, settings: usize, scratch: usize): void {
  const theta = scratch + THETA;
  const psi = scratch + PSI;
  const slope = scratch + GENERATOR;
  const step = load<f64>(settings);
  const consensus = load<f64>(settings, 40);
  if (consensus > 0) moveByConsensus(bytes, step, -1, consensus, theta, psi, slope, theta);
  else moveTheta(bytes, step, psi, slope, theta);
}
