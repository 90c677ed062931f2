import type { ActivationKind, Backend, OperatorName, Tensor, TensorData } from '../backend.js';
import { normalDensity, normalProbability } from '../reference/normal-distribution.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { ConformanceError, expectClose, expectShape, expectThrows } from './compare.js';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const inner = (x: number): number => Math.abs(x) * (1.6 + 0.0714 * x * x);

/** An activation, and its error bound in units of roundoff as the interface states it, 1 added for the reference's rounding. */
interface Activation {
  operator: OperatorName;
  name: string;
  run(backend: Backend, x: Tensor): Tensor;
  units(x: number): number;
  /** Allowed error of tiny results. */
  tiny: number;
}

const ofElements = (operator: 'relu' | 'silu' | 'tanh' | 'sigmoid' | 'softplus' | 'exp' | 'log'): Activation => ({
  operator,
  name: operator,
  run: (backend, x) => backend[operator](x),
  units: () => ({ relu: 0, silu: 7 })[operator as string] ?? 5,
  tiny: operator === 'silu' ? 2 ** -142 : operator === 'relu' ? 0 : 2 ** -148,
});

const activations: readonly Activation[] = [
  ...(['relu', 'silu', 'tanh', 'sigmoid', 'softplus', 'exp', 'log'] as const).map(ofElements),
  { operator: 'gelu', name: 'gelu', run: (backend, x) => backend.gelu(x), units: () => 13, tiny: 2 ** -142 },
  {
    operator: 'gelu',
    name: 'tanh form',
    run: (backend, x) => backend.gelu(x, { approximation: 'tanh' }),
    units: (x) => 9 + 4 * inner(x),
    tiny: 2 ** -142,
  },
];

/** Element by element: units(x) of roundoff times `size`, and `tiny`; 0 where that is not finite. */
function bounds(x: TensorData, size: (i: number) => number, units: (x: number) => number, tiny: number): Float64Array {
  return Float64Array.from({ length: x.length }, (_, i) => {
    const bound = units(x[i] as number) * float32Roundoff * Math.abs(size(i)) + tiny;
    return Number.isFinite(bound) ? bound : 0;
  });
}

async function check(backend: Backend, { name, run, units, tiny }: Activation, x: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x], (owner, tensor) => ({
    y: run(owner, tensor as Tensor),
  }));
  expectShape(name, tensors.y, x.shape);
  const absolute = bounds(x.data, (i) => expected.y[i] as number, units, tiny).map((bound) => slack * bound);
  expectClose(`${name} [${x.shape}]`, actual.y, expected.y, { absolute });
}

/** The sum of the sizes of a derivative's terms, and the error bound in units of that. */
const slopes: Record<ActivationKind, { size(x: number): number; units(x: number): number }> = {
  relu: { size: () => 0, units: () => 0 },
  gelu: { size: (x) => normalProbability(x) + Math.abs(x) * normalDensity(x), units: () => 16 },
  geluTanh: {
    size: (x) => {
      const share = sigmoid(Math.sign(x) * inner(x));
      return share + Math.abs(x) * (1.6 + 0.22 * x * x) * share * (1 - share);
    },
    units: (x) => 16 + 8 * inner(x),
  },
  silu: { size: (x) => sigmoid(x) + Math.abs(x) * sigmoid(x) * sigmoid(-x), units: () => 8 },
  tanh: { size: (x) => 4 * sigmoid(2 * x) * sigmoid(-2 * x), units: () => 8 },
  sigmoid: { size: (x) => sigmoid(x) * sigmoid(-x), units: () => 8 },
  softplus: { size: sigmoid, units: () => 8 },
};
const kinds = Object.keys(slopes) as ActivationKind[];

async function checkGradient(backend: Backend, kind: ActivationKind, x: Input, dy: Input, slack = 1): Promise<void> {
  const { actual, expected, tensors } = await onBoth(backend, [x, dy], (owner, tx, tdy) => ({
    dx: owner.activationGradient(kind, tx as Tensor, tdy as Tensor),
  }));
  expectShape(kind, tensors.dx, x.shape);
  const { size, units } = slopes[kind];
  // The product with dy and the reference's result are rounded once more each; tiny slopes are within 2^-140, |dy| < 4 here.
  const sizes = (i: number) => size(x.data[i] as number) * (dy.data[i] as number);
  const absolute = bounds(x.data, sizes, (value) => slack * (units(value) + 2), slack * 2 ** -138);
  expectClose(`${kind} gradient [${x.shape}]`, actual.dx, expected.dx, { absolute });
}

const makeCase = (
  operator: OperatorName,
  name: string,
  run: ConformanceCase['run'],
  tags: ConformanceCase['tags'] = [],
): ConformanceCase => ({ operator, name, tags, run });

const shapes = [[0], [1], [3], [4], [5], [9], [17], [2, 3, 5], [1009], [2, 3001]] as const;
const nonFinite = row(nan, inf, -inf, 1, nan, -2, inf);
const subnormal = row(1e-45, -1e-45, 1e-40, -3e-39, 0, -0);
/** Where the results themselves become subnormal, and 0 at last. */
const leftTail = row(
  ...Array.from({ length: 120 }, (_, i) => -i - 0.37),
  ...Array.from({ length: 60 }, (_, i) => -i / 4),
);
const extreme = row(3.4e38, -3.4e38, 1e20, -1e20, 88.5, -103.5, 1e-30, -1e-30);

const positive = ({ data, shape }: Input): Input => ({ data: (data as Float32Array).map(Math.abs), shape });

export const activationCases: readonly ConformanceCase[] = [
  ...activations.flatMap((activation) => {
    const { operator, name } = activation;
    const as = (what: string) => (name === operator ? what : `${name}, ${what}`);
    const on = (x: Input) => (backend: Backend, slack?: number) => check(backend, activation, x, slack);
    return [
      makeCase(operator, as('every size'), async (backend, slack) => {
        for (const shape of shapes) {
          const x = input(shape.length + 1, shape, 6);
          await on(operator === 'log' ? positive(x) : x)(backend, slack);
        }
        await on({ data: Float32Array.of(0.75), shape: [] })(backend, slack);
      }),
      makeCase(operator, as('extreme inputs'), on(operator === 'log' ? positive(extreme) : extreme)),
      makeCase(operator, as('left tail'), on(operator === 'log' ? positive(leftTail) : leftTail), ['subnormal']),
      makeCase(operator, as('non-finite inputs'), on(nonFinite), ['non-finite']),
      makeCase(operator, as('subnormal inputs'), on(subnormal), ['subnormal']),
    ];
  }),
  makeCase('log', '-Infinity at 0, NaN below', (backend) =>
    check(backend, ofElements('log'), row(0, -0, -1, -1e-45, -inf)),
  ),
  makeCase('gelu', "approximation 'tanh' gives another function", async (backend) => {
    const { actual } = await onBoth(backend, [row(2)], (owner, x) => ({
      plain: owner.gelu(x as Tensor, { approximation: 'none' }),
      byDefault: owner.gelu(x as Tensor),
      tanh: owner.gelu(x as Tensor, { approximation: 'tanh' }),
    }));
    expectClose('gelu(2)', actual.plain, Float32Array.of(1.9544997361), { relative: 2e-6 });
    expectClose('gelu(2), default', actual.byDefault, actual.plain, {});
    expectClose('gelu(2), tanh', actual.tanh, Float32Array.of(1.954597694), { relative: 2e-6 });
    if (actual.plain[0] === actual.tanh[0]) throw new ConformanceError('gelu: approximation changes nothing');
  }),
  makeCase('gelu', 'refuses unknown options, approximations and dtypes', async (backend) => {
    backend.scope(() => {
      const x = backend.tensor([1], [1]);
      const bad = { approximation: 'erf' } as unknown as { approximation: 'none' };
      const text = /gelu: approximation must be 'none' or 'tanh', got erf/;
      expectThrows('gelu', () => backend.gelu(x, bad), 'ValueError', text);
      const unknown = { approximate: 'tanh' } as unknown as { approximation: 'none' };
      expectThrows('gelu', () => backend.gelu(x, unknown), 'ValueError', /gelu: unknown option 'approximate'/);
      const indices = backend.tensor(Int32Array.of(1), [1]);
      expectThrows('gelu', () => backend.gelu(indices), 'ValueError', /gelu: x has dtype int32, expected float32/);
    });
  }),
  ...(['relu', 'silu', 'tanh', 'sigmoid', 'softplus', 'exp', 'log'] as const).map((operator) =>
    makeCase(operator, 'refuses int32', async (backend) => {
      backend.scope(() => {
        const indices = backend.tensor(Int32Array.of(1), [1]);
        const text = new RegExp(`${operator}: x has dtype int32, expected float32`);
        expectThrows(operator, () => backend[operator](indices), 'ValueError', text);
      });
    }),
  ),
  ...kinds.flatMap((kind) => {
    const on = (x: Input, dy: Input) => (backend: Backend, slack?: number) =>
      checkGradient(backend, kind, x, dy, slack);
    const like = (x: Input) => input(7, x.shape, 3);
    return [
      makeCase('activationGradient', `${kind}, every size`, async (backend, slack) => {
        for (const shape of shapes) await on(input(11, shape, 6), input(12, shape, 2))(backend, slack);
      }),
      makeCase('activationGradient', `${kind}, extreme inputs`, on(extreme, like(extreme))),
      makeCase('activationGradient', `${kind}, left tail`, on(leftTail, like(leftTail)), ['subnormal']),
      makeCase('activationGradient', `${kind}, non-finite inputs`, on(nonFinite, row(1, 2, 3, nan, 1, -inf, -1)), [
        'non-finite',
      ]),
      makeCase('activationGradient', `${kind}, subnormal inputs`, on(subnormal, like(subnormal)), ['subnormal']),
    ];
  }),
  makeCase('activationGradient', 'refuses unknown kinds and unequal shapes', async (backend) => {
    backend.scope(() => {
      const [x, dy] = [backend.tensor([1, 2], [2]), backend.tensor([1, 2], [1, 2])];
      const kind = 'elu' as ActivationKind;
      const kindText = /activationGradient: kind must be one of relu, .*softplus, got elu/;
      expectThrows('activationGradient', () => backend.activationGradient(kind, x, x), 'ValueError', kindText);
      const shapeText = /activationGradient: x has shape \[2\], but dy \[1,2\]/;
      expectThrows('activationGradient', () => backend.activationGradient('relu', x, dy), 'ShapeError', shapeText);
    });
  }),
];
