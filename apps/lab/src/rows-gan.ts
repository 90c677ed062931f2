import {
  alternatingGDA,
  analyze,
  bilinear,
  equilibriumClaim,
  gradientOf,
  iterate,
  payoff,
  simulate,
  stepSizeClaim,
  trajectoryTable,
} from '@dlv/gan-dynamics';
import type { Backend } from '@dlv/kernels';
import { figure } from './figures.js';
import { randomStream } from './random.js';
import { core, part, type ReportRow, row } from './report.js';

const section = '4. GAN: min over p, max over q of f(p, q) = p q';
const game = bilinear();
const unitSteps = alternatingGDA({ stepSize: 1, order: 'q-first' });

/** What the assignment prints for t = 0 .. 6. */
const printed = { q: [1, 2, 1, -1, -2, -1, 1], p: [1, -1, -2, -1, 1, 2, 1] };

/** The five rows of question 4; long trajectories run on `backend`. */
export async function ganRows(backend: Backend): Promise<ReportRow[]> {
  return [recurrenceRow(), tableRow(), await oscillationRow(backend), stepSizeRow(), equilibriumRow()];
}

function recurrenceRow(): ReportRow {
  const random = randomStream(4);
  const points = Array.from({ length: 1000 }, () => ({ p: random.normal(), q: random.normal() }));
  let largest = { state: 0, value: 0 };
  for (const { p, q } of points) {
    const next = iterate(game, unitSteps, { p, q });
    largest = {
      state: Math.max(largest.state, Math.abs(next.q - (q + p)), Math.abs(next.p + q)),
      value: Math.max(largest.value, Math.abs(payoff(game, next) + q * (p + q))),
    };
  }
  const [[a, b], [c, d]] = analyze(game, unitSteps).map;
  // Two roundings per coordinate of size a few units; products of two such.
  const tolerance = 64 * Number.EPSILON;
  return row({
    id: '4.1',
    section,
    claim: 'q_{t+1} = q_t + p_t, p_{t+1} = p_t - q_{t+1} = -q_t, and f_{t+1} = -q_t (p_t + q_t).',
    result: 'True: the state is multiplied by a matrix with the rows (0, -1) and (1, 1) in every iteration.',
    checks: [
      core(
        'p_{t+1} = -q_t and q_{t+1} = q_t + p_t',
        a === 0 && b === -1 && c === 1 && d === 1 && largest.state <= tolerance,
        `matrix [[${a}, ${b}], [${c}, ${d}]]; largest difference over ${points.length} random states ${figure(largest.state)}`,
      ),
      core('f_{t+1} = -q_t (p_t + q_t)', largest.value <= tolerance, `largest difference ${figure(largest.value)}`),
    ],
    expected: 'agree',
  });
}

function tableRow(): ReportRow {
  const table = trajectoryTable(game, unitSteps, { start: { p: 1, q: 1 }, steps: 6 });
  const { period, invariant } = analyze(game, unitSteps);
  const column = (name: 'p' | 'q' | 'f') => table.rows.map((state) => state[name]);
  const same = (name: 'p' | 'q') => column(name).every((value, t) => value === printed[name][t]);
  const values = table.rows.map(({ p, q }) => p * p + q * q + p * q);
  return row({
    id: '4.2',
    section,
    claim: `From (1, 1), for t = 0 .. 6: q ${printed.q.join(' ')} and p ${printed.p.join(' ')}.`,
    result: `True: q ${column('q').join(' ')}, p ${column('p').join(' ')}, f ${column('f').join(' ')}. Period ${period}; ${invariant?.expression} = ${invariant?.atStart} throughout.`,
    checks: [
      core('q is as printed', same('q'), column('q').join(' ')),
      core('p is as printed', same('p'), column('p').join(' ')),
      part('the state returns after 6 iterations', period === 6, `period ${period}`),
      part(
        `${invariant?.expression} keeps its value`,
        values.every((value) => value === invariant?.atStart),
        values.join(' '),
      ),
    ],
    expected: 'agree',
  });
}

async function oscillationRow(backend: Backend): Promise<ReportRow> {
  const analysis = analyze(game, unitSteps);
  const steps = 600_000;
  const { p, q } = await simulate(game, unitSteps, { backend, steps, recordEvery: 6 });
  const away = p.reduce(
    (least, value, i) => Math.min(least, Math.hypot(value, q[i] as number)),
    Number.POSITIVE_INFINITY,
  );
  const stays = p.every((value, i) => value === 1 && q[i] === 1);
  return row({
    id: '4.3',
    section,
    claim: 'With this step size the values oscillate and do not converge.',
    result: `True. ${analysis.reason}`,
    checks: [
      core(
        'both eigenvalues of an iteration have modulus 1',
        analysis.spectralRadius === 1 && analysis.determinant === 1,
        `spectral radius ${analysis.spectralRadius}, determinant ${analysis.determinant}, trace ${analysis.trace}`,
      ),
      core('no start but the equilibrium converges', !analysis.converges, `verdict: ${analysis.verdict}`),
      part(
        'after every 6 iterations the state is (1, 1) again, without any drift',
        stays,
        `${steps} iterations on the ${backend.info.name} backend; every sixth state at distance ${figure(away)} from the equilibrium`,
      ),
    ],
    expected: 'agree',
  });
}

function stepSizeRow(): ReportRow {
  const { trials, cycle, average, truth, agrees } = stepSizeClaim();
  const list = (read: (trial: (typeof trials)[number]) => string) => trials.map(read).join('; ');
  const converging = trials.filter(
    ({ alternating, simultaneous }) => alternating.spectralRadius < 1 || simultaneous.spectralRadius < 1,
  );
  return row({
    id: '4.4',
    section,
    claim: 'To find the optimum the step size must be changed.',
    result: `Wrong. ${truth}`,
    checks: [
      core(
        'some step size makes alternating or simultaneous steps converge',
        agrees || converging.length > 0,
        list(
          ({ stepSize, alternating, simultaneous }) =>
            `h ${stepSize}: radius ${figure(alternating.spectralRadius, 8)} by turns (${alternating.verdict}), ${figure(simultaneous.spectralRadius, 8)} at once`,
        ),
      ),
      part(
        'some step size shrinks the area that an iteration maps, without which not all starts can converge',
        trials.some(({ alternating }) => alternating.determinant < 1),
        `determinants ${[...new Set(trials.map(({ alternating }) => alternating.determinant))].join(', ')}`,
      ),
    ],
    notes: [
      `Changing it can do harm: ${cycle.stepSizes.join(' and ')} in turn diverge (radius ${figure(cycle.spectralRadius, 5)} per two iterations), although each alone keeps the state on an ellipse.`,
      `The average of the six states of the orbit is (${average.p}, ${average.q}): the equilibrium, with the step size unchanged.`,
      `Closest approach to (0, 0) over 200 iterations, p^2 + q^2: ${list(({ stepSize, closest }) => `h ${stepSize}: ${figure(closest)}`)}.`,
    ],
    expected: 'wrong',
  });
}

function equilibriumRow(): ReportRow {
  const { counterexamples, slopes, truth } = equilibriumClaim();
  const gradient = gradientOf(game, { p: 0, q: 0 });
  const places = counterexamples
    .map(
      ({ t, p, q, f, gradient: g }) =>
        `t = ${t}: (p, q) = (${p}, ${q}), f_t = f_{t+1} = ${f}, gradients (${g.p}, ${g.q})`,
    )
    .join('; ');
  // q_t = 0 or 2 p_t = -q_t: the first line holds a whole axis of points where f stays 0 for one iteration.
  const onAxis = { p: 1, q: 0 };
  const after = iterate(game, unitSteps, onAxis);
  return row({
    id: '4.5',
    section,
    claim:
      'At equilibrium the product stays constant, f_t = f_{t+1}, so q_t = 0 or 2 p_t = -q_t; the latter fails, so one of them must be zero.',
    result: `Wrong. ${truth}`,
    checks: [
      core(
        'where f_t = f_{t+1}, the gradients vanish',
        counterexamples.length === 0,
        places || 'no counterexample on the orbit',
      ),
      core(
        'a point with one of p and q zero is an equilibrium',
        after.p === onAxis.p && after.q === onAxis.q,
        `(p, q) = (1, 0) has f_t = f_{t+1} = ${payoff(game, after) + 0}, and moves to (${after.p + 0}, ${after.q})`,
      ),
    ],
    notes: [
      `f_{t+1} = f_t on the two lines q = ${slopes[0]} p and q = ${slopes[1]} p.`,
      `Both gradients vanish at p = q = 0 only: there they are (${gradient.p}, ${gradient.q}).`,
    ],
    expected: 'wrong',
  });
}
