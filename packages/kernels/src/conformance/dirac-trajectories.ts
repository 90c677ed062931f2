import type { Backend, DiracTrajectoryOptions, Tensor } from '../backend.js';
import { type ConformanceCase, type Input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

type Options = Omit<DiracTrajectoryOptions, 'bias0'>;

const starts = (seed: number, count: number): Input => ({
  data: Float64Array.from(noise(seed, count)),
  shape: [count],
});
const doubles = (...values: number[]): Input => ({ data: Float64Array.from(values), shape: [values.length] });

/** Runs with a bias when `bias0` is given. */
const program =
  (options: Options, bias0?: Input) =>
  (owner: Backend, theta0: Tensor | undefined, psi0: Tensor | undefined, bias?: Tensor) => ({
    ...owner.diracTrajectories(theta0 as Tensor, psi0 as Tensor, {
      ...options,
      ...(bias0 ? { bias0: bias as Tensor } : {}),
    }),
  });

interface CheckOptions {
  slack?: number | undefined;
  bias0?: Input;
}

async function check(
  backend: Backend,
  theta0: Input,
  psi0: Input,
  options: Options,
  { slack = 1, bias0 }: CheckOptions = {},
): Promise<void> {
  const inputs = bias0 ? [theta0, psi0, bias0] : [theta0, psi0];
  const { actual, expected, tensors } = await onBoth(backend, inputs, program(options, bias0));
  const rows = options.recordEvery === undefined ? 1 : options.steps / options.recordEvery + 1;
  // Each step rounds some ten numbers below 4, an exponential to 1 ulp among them. States in [-1, 1] stay below 2 here, where no
  // second derivative of these losses passes 4: each of the at most 4 moves of a step grows an error by 1 + 4 step at most.
  const step = Math.max(options.stepTheta, options.stepPsi);
  const moves = options.steps * (1 + (options.innerSteps ?? 1));
  const absolute = slack * 40 * 2 ** -53 * Math.min(moves * (1 + 4 * step) ** moves, 1e6);
  for (const name of ['theta', 'psi', 'bias'] as const) {
    const tensor = tensors[name];
    if (!tensor) continue;
    expectShape(name, tensor, [rows, theta0.shape[0] as number]);
    expectClose(name, actual[name], expected[name], { absolute });
  }
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'diracTrajectories',
  name,
  tags,
  run,
});

const steps = { stepTheta: 0.1, stepPsi: 0.15, steps: 12 };
const losses = ['gan', 'nsgan', 'relativistic', 'wgan', 'lsgan', 'hinge'] as const;
const orders = ['psi-first', 'theta-first', 'simultaneous'] as const;

/** Each with an option that has to change the result. */
const variants: readonly [name: string, options: Options, without: Options][] = [
  ['innerSteps', { loss: 'gan', ...steps, innerSteps: 3 }, { loss: 'gan', ...steps }],
  ['clip', { loss: 'wgan', ...steps, clip: 0.4 }, { loss: 'wgan', ...steps }],
  ['r1', { loss: 'nsgan', ...steps, r1: 0.3 }, { loss: 'nsgan', ...steps }],
  ['r2', { loss: 'hinge', ...steps, r2: 0.7 }, { loss: 'hinge', ...steps }],
  ['r1 beside r2', { loss: 'gan', ...steps, r1: 0.3, r2: 0.2 }, { loss: 'gan', ...steps, r1: 0.3 }],
  ['gradientPenalty', { loss: 'wgan', ...steps, gradientPenalty: 0.7 }, { loss: 'wgan', ...steps }],
  [
    'gradientTarget',
    { loss: 'gan', ...steps, gradientPenalty: 0.7, gradientTarget: 0.25 },
    { loss: 'gan', ...steps, gradientPenalty: 0.7 },
  ],
  ['labels', { loss: 'lsgan', ...steps, labels: { fake: -1, real: 1, generator: 0.5 } }, { loss: 'lsgan', ...steps }],
  ...(['gan', 'relativistic', 'wgan'] as const).flatMap((loss) =>
    orders.map((order): [string, Options, Options] => [
      `consensus of ${loss}, ${order}`,
      { loss, ...steps, order, consensus: 0.8 },
      { loss, ...steps, order },
    ]),
  ),
  ...(['gan', 'nsgan', 'relativistic', 'lsgan'] as const).flatMap((loss) =>
    orders.map((order): [string, Options, Options] => [
      `instanceNoise of ${loss}, ${order}`,
      { loss, ...steps, order, instanceNoise: 0.5 },
      { loss, ...steps, order },
    ]),
  ),
];

export const diracTrajectoriesCases: readonly ConformanceCase[] = [
  ...losses.flatMap((loss) =>
    orders.map((order) =>
      makeCase(`${loss}, ${order}, every 4th state`, (backend, slack) =>
        check(backend, starts(1, 130), starts(2, 130), { loss, ...steps, order, recordEvery: 4 }, { slack }),
      ),
    ),
  ),
  ...[0, 1, 2, 3, 4, 5, 63, 64, 65, 129, 1009].map((count) =>
    makeCase(`${count} trajectories`, (backend, slack) =>
      check(backend, starts(count, count), starts(count + 1, count), { loss: 'gan', ...steps }, { slack }),
    ),
  ),
  ...(['gan', 'nsgan', 'lsgan', 'hinge'] as const).flatMap((loss) =>
    orders.map((order) =>
      makeCase(`bias of ${loss}, ${order}`, (backend, slack) =>
        check(
          backend,
          starts(3, 67),
          starts(4, 67),
          { loss, ...steps, order, r1: 0.1 },
          { slack, bias0: starts(5, 67) },
        ),
      ),
    ),
  ),
  makeCase('bias beside instanceNoise', (backend, slack) =>
    check(
      backend,
      starts(3, 67),
      starts(4, 67),
      { loss: 'nsgan', ...steps, instanceNoise: 0.3 },
      { slack, bias0: starts(5, 67) },
    ),
  ),
  ...variants.map(([name, options, without]) =>
    makeCase(`${name} changes the result`, async (backend, slack) => {
      const [theta0, psi0] = [starts(6, 70), starts(7, 70)];
      await check(backend, theta0, psi0, options, { slack });
      const changed = await onBoth(backend, [theta0, psi0], program(options));
      const plain = await onBoth(backend, [theta0, psi0], program(without));
      const compare = () => expectClose(name, changed.actual.psi, plain.actual.psi, { absolute: 1e-6 });
      expectThrows(name, compare, 'ConformanceError', /element/);
    }),
  ),
  makeCase('0 steps return the start', (backend, slack) =>
    check(backend, starts(8, 5), starts(9, 5), { loss: 'gan', ...steps, steps: 0 }, { slack }),
  ),
  makeCase('large outputs saturate and do not overflow', (backend, slack) =>
    check(
      backend,
      doubles(30, -30, 1e3, -1e3, 1e150),
      doubles(30, 30, 1e3, 1e3, 1e150),
      { loss: 'nsgan', ...steps, steps: 1 },
      { slack },
    ),
  ),
  ...losses.map((loss) =>
    makeCase(
      `NaN and infinities stay in their trajectory, ${loss}`,
      (backend, slack) => {
        const theta0 = doubles(1, Number.NaN, 0.5, Number.POSITIVE_INFINITY, 0, 0.25, 1);
        const psi0 = doubles(1, 0.5, Number.NaN, 1, Number.NEGATIVE_INFINITY, 0.5, -1);
        return check(backend, theta0, psi0, { loss, ...steps, steps: 3, r1: 0.1 }, { slack });
      },
      ['non-finite'],
    ),
  ),
  makeCase(
    'subnormal states are kept',
    async (backend) => {
      const [theta0, psi0] = [doubles(2 ** -1073, 0), doubles(0, 2 ** -1060)];
      const options: Options = { loss: 'wgan', stepTheta: 0.5, stepPsi: 0.5, steps: 1, order: 'simultaneous' };
      const { actual } = await onBoth(backend, [theta0, psi0], program(options));
      expectClose('theta', actual.theta, Float64Array.of(2 ** -1073, -(2 ** -1061)), {});
      expectClose('psi', actual.psi, Float64Array.of(2 ** -1074, 2 ** -1060), {});
    },
    ['subnormal'],
  ),
  makeCase('rejects what it cannot use', async (backend) => {
    backend.scope(() => {
      const two = backend.tensor(new Float64Array(2), [2]);
      const three = backend.tensor(new Float64Array(3), [3]);
      const square = backend.tensor(new Float64Array(4), [2, 2]);
      const run = (options: object, theta0 = two, psi0 = two) => {
        return () => backend.diracTrajectories(theta0, psi0, { loss: 'gan', ...steps, ...options });
      };
      const rejects = (options: object, text: RegExp, name = 'ValueError') =>
        expectThrows('diracTrajectories', run(options), name, text);
      expectThrows('psi0', run({}, two, three), 'ShapeError', /psi0 has shape \[3\], but theta0 \[2\]/);
      expectThrows('theta0', run({}, square, square), 'ShapeError', /theta0 has shape \[2,2\], expected \[N\]/);
      rejects({ bias0: three }, /bias0 has shape \[3\], but theta0 \[2\]/, 'ShapeError');
      rejects({ loss: 'dragan' }, /loss must be one of gan, nsgan, relativistic, wgan, lsgan, hinge, got dragan/);
      rejects({ order: 'both' }, /order must be one of psi-first, theta-first, simultaneous, got both/);
      rejects({ innerSteps: 0 }, /innerSteps must be an integer from 1 to 2147483647, got 0/);
      rejects({ innerSteps: 2, order: 'simultaneous' }, /innerSteps must be 1 when order is 'simultaneous', got 2/);
      rejects({ stepPsi: Number.NaN }, /stepPsi must be a finite number, got NaN/);
      rejects({ stepTheta: undefined }, /stepTheta must be a finite number, got undefined/);
      rejects({ steps: -1 }, /steps must be an integer from 0 to 2147483647, got -1/);
      rejects({ recordEvery: 5 }, /recordEvery must be a positive integer that divides steps \(12\), got 5/);
      rejects({ r1: -1 }, /r1 must be at least 0, got -1/);
      rejects({ gradientTarget: 1 }, /gradientTarget needs gradientPenalty/);
      rejects({ momentum: 1 }, /unknown option 'momentum'; it takes loss, stepTheta/);
      rejects({ clip: 1 }, /clip does not apply to loss 'gan': it is there for wgan/);
      rejects(
        { labels: { fake: 0, real: 1, generator: 1 } },
        /labels does not apply to loss 'gan': it is there for lsgan/,
      );
      rejects(
        { loss: 'lsgan', labels: { fake: 0, real: 1 } },
        /labels.generator must be a finite number, got undefined/,
      );
      rejects(
        { loss: 'hinge', consensus: 1 },
        /consensus does not apply to loss 'hinge': it is there for gan, relativistic, wgan/,
      );
      rejects(
        { loss: 'wgan', instanceNoise: 1 },
        /instanceNoise does not apply to loss 'wgan': it is there for gan, nsgan/,
      );
      rejects(
        { loss: 'wgan', bias0: two },
        /bias0 does not apply to loss 'wgan': it is there for gan, nsgan, lsgan, hinge/,
      );
      rejects({ consensus: 1, r1: 1 }, /consensus cannot be combined with r1/);
    });
  }),
];
