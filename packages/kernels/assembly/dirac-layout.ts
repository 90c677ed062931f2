import { NOISE_BYTES } from './dirac-slopes';

// The scratch memory of the Dirac-GAN: lines of 64 float64, one quantity of a block of trajectories each.

const LINE: usize = 512;
export const THETA: usize = 0;
export const PSI: usize = LINE;
export const BIAS: usize = LINE * 2;
/** psi after a simultaneous move. */
export const NEXT: usize = LINE * 3;
/** Slopes at the generated point, as the critic and as the generator follow them, and at the real one. */
export const CRITIC: usize = LINE * 4;
export const GENERATOR: usize = LINE * 5;
export const REAL: usize = LINE * 6;
/** What noise adds to the critic's direction, and the real point's part of it. */
export const FORCE: usize = LINE * 7;
export const MOMENT: usize = LINE * 8;
export const ZERO: usize = LINE * 9;
export const WORK: usize = LINE * 10;
export const LINES_BYTES: usize = LINE * 11;
export const NOISE: usize = LINES_BYTES;
export const DIRAC_BYTES: usize = NOISE + NOISE_BYTES;
