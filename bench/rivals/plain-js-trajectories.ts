/** Advances p and q in place by `steps` of alternating descent-ascent on p q, q first. */
type TrajectoryLoop = (p: Float64Array, q: Float64Array, steps: number, h: number) => void;

/**
 * Four trajectories side by side in local variables, time innermost: the four chains hide each other's latency. This is
 * the fair opponent; the count must be a multiple of 4.
 */
const fourChains: TrajectoryLoop = (p, q, steps, h) => {
  if (p.length % 4 !== 0) throw new RangeError(`fourChains: the count must be a multiple of 4, got ${p.length}`);
  for (let i = 0; i < p.length; i += 4) {
    let p0 = p[i]!;
    let p1 = p[i + 1]!;
    let p2 = p[i + 2]!;
    let p3 = p[i + 3]!;
    let q0 = q[i]!;
    let q1 = q[i + 1]!;
    let q2 = q[i + 2]!;
    let q3 = q[i + 3]!;
    for (let t = 0; t < steps; t++) {
      q0 += h * p0;
      q1 += h * p1;
      q2 += h * p2;
      q3 += h * p3;
      p0 -= h * q0;
      p1 -= h * q1;
      p2 -= h * q2;
      p3 -= h * q3;
    }
    p[i] = p0;
    p[i + 1] = p1;
    p[i + 2] = p2;
    p[i + 3] = p3;
    q[i] = q0;
    q[i + 1] = q1;
    q[i + 2] = q2;
    q[i + 3] = q3;
  }
};

const oneChain: TrajectoryLoop = (p, q, steps, h) => {
  for (let i = 0; i < p.length; i++) {
    let x = p[i]!;
    let y = q[i]!;
    for (let t = 0; t < steps; t++) {
      y += h * x;
      x -= h * y;
    }
    p[i] = x;
    q[i] = y;
  }
};

const timeOuter: TrajectoryLoop = (p, q, steps, h) => {
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < p.length; i++) {
      const x = p[i]!;
      const y = q[i]! + h * x;
      q[i] = y;
      p[i] = x - h * y;
    }
  }
};

const objects: TrajectoryLoop = (p, q, steps, h) => {
  const players = Array.from(p, (x, i) => ({ x, y: q[i]! }));
  for (let t = 0; t < steps; t++) {
    for (const player of players) {
      player.y += h * player.x;
      player.x -= h * player.y;
    }
  }
  for (const [i, { x, y }] of players.entries()) {
    p[i] = x;
    q[i] = y;
  }
};

/** The loops people write, the best first. */
export const trajectoryLoops: readonly (readonly [name: string, loop: TrajectoryLoop])[] = [
  ['4 chains, time inner', fourChains],
  ['1 chain, time inner', oneChain],
  ['time outer', timeOuter],
  ['array of objects', objects],
];
