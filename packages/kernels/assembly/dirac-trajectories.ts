import { BIAS, DIRAC_BYTES, LINES_BYTES, NEXT, NOISE, PSI, THETA } from './dirac-layout';
import { criticSlopes, generatorSlopes, moveCritic, moveGenerator, prepare } from './dirac-players';
import { fillNoise } from './dirac-slopes';

// The Dirac-GAN in float64: 64 trajectories at a time in scratch memory that stays in L1, time inside.

const BLOCK = 64;
const PSI_FIRST = 0;
const SIMULTANEOUS = 2;

/** Bytes of scratch memory of diracTrajectories. */
export function diracTrajectoriesWorkspace(): usize {
  return DIRAC_BYTES;
}

/**
 * Trajectories [begin, end). `loss`: 0 gan and relativistic, 1 nsgan, 2 wgan, 3 lsgan, 4 hinge; `order`: 0 psi first, 1
 * theta first, 2 simultaneous; `inner`: steps of the critic in an iteration; `paired`: a relativistic critic, whose real
 * point moves nothing. Row 0 of the results is the start when `rows` > 1, and row r the state after r * interval
 * iterations; with one row it is the state after `interval`. settings: [10], as dirac-players.ts numbers them;
 * theta0, psi0: [count]; bias0: [count] or 0; theta, psi: [rows, count]; bias: [rows, count] or 0;
 * scratch: diracTrajectoriesWorkspace() bytes.
 */
export function diracTrajectories(
  begin: i32,
  end: i32,
  count: i32,
  rows: i32,
  interval: i32,
  loss: i32,
  order: i32,
  inner: i32,
  paired: i32,
  settings: usize,
  theta0: usize,
  psi0: usize,
  bias0: usize,
  theta: usize,
  psi: usize,
  bias: usize,
  scratch: usize,
): void {
  fillNoise(load<f64>(settings, 48), scratch + NOISE);
  for (let first = begin; first < end; first += BLOCK) {
    const at = (<usize>first) << 3;
    const bytes = (<usize>min(BLOCK, end - first)) << 3;
    // Whole groups of four vectors; what is beyond the end starts at 0, and what becomes of it is not read.
    const padded = (bytes + 63) & ~63;
    memory.fill(scratch, 0, LINES_BYTES);
    memory.copy(scratch + THETA, theta0 + at, bytes);
    memory.copy(scratch + PSI, psi0 + at, bytes);
    if (bias0) memory.copy(scratch + BIAS, bias0 + at, bytes);
    prepare(padded, loss, scratch);
    for (let row = 0; row < rows; row++) {
      const steps = row || rows === 1 ? interval : 0;
      for (let t = 0; t < steps; t++) iterate(padded, loss, order, inner, paired, bias !== 0, settings, scratch);
      const to = ((<usize>row * count) << 3) + at;
      memory.copy(theta + to, scratch + THETA, bytes);
      memory.copy(psi + to, scratch + PSI, bytes);
      if (bias) memory.copy(bias + to, scratch + BIAS, bytes);
    }
  }
}

/** One iteration of a block: both players move. settings: [10]; scratch: diracTrajectoriesWorkspace() bytes. */
function iterate(
  bytes: usize,
  loss: i32,
  order: i32,
  inner: i32,
  paired: i32,
  biased: bool,
  settings: usize,
  scratch: usize,
): void {
  if (order === SIMULTANEOUS) {
    criticSlopes(bytes, loss, paired, biased, settings, scratch);
    generatorSlopes(bytes, loss, true, settings, scratch);
    moveCritic(bytes, biased, settings, NEXT, scratch);
    moveGenerator(bytes, settings, scratch);
    memory.copy(scratch + PSI, scratch + NEXT, bytes);
    return;
  }
  if (order !== PSI_FIRST) {
    generatorSlopes(bytes, loss, false, settings, scratch);
    moveGenerator(bytes, settings, scratch);
  }
  for (let k = 0; k < inner; k++) {
    criticSlopes(bytes, loss, paired, biased, settings, scratch);
    moveCritic(bytes, biased, settings, PSI, scratch);
  }
  if (order === PSI_FIRST) {
    generatorSlopes(bytes, loss, false, settings, scratch);
    moveGenerator(bytes, settings, scratch);
  }
}
