import type { Backend, OperatorName, Tensor } from '../backend.js';
import { sizeOf } from '../tensor-data.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { expectClose, expectShape } from './compare.js';

// What the cases of rnnStep, gruStep, lstmStep and their gradients share.

/** Batch, inputs, hidden units; weights lie in (-gain, gain), everything else in (-1, 1). */
export interface StepSizes {
  B: number;
  I: number;
  n: number;
  gain?: number;
}

export type Shapes = Record<string, readonly number[]>;
export type Tensors = Record<string, Tensor>;

/** One operator: its tensors by name, those it returns, and the call. */
export interface Step {
  operator: OperatorName;
  inputs: (sizes: StepSizes) => Shapes;
  results: (sizes: StepSizes) => Shapes;
  run: (owner: Backend, tensors: Tensors) => Record<string, Tensor>;
  /** Bound of the error in units of the roundoff. */
  bound: (sizes: StepSizes & { gain: number }) => number;
}

/** Makes tensors by name; activated gates lie where sigmoid and tanh put them, in (0, 1) and (-1, 1). */
function makeInputs(step: Step, sizes: StepSizes): Record<string, Input> {
  const named = Object.entries(step.inputs(sizes)).map(([name, shape], position) => {
    const gain = name.endsWith('Weights') ? (sizes.gain ?? 1) : 1;
    const made = input(31 * position + sizeOf(shape) + 1, shape, gain);
    const data = (made.data as Float32Array).map((value) => (name === 'gates' ? Math.abs(value) : value));
    return [name, { data, shape }] as const;
  });
  return Object.fromEntries(named);
}

function stepCase(
  step: Step,
  name: string,
  sizes: StepSizes,
  tags: ConformanceCase['tags'] = [],
  spoil?: (data: Record<string, Float32Array>) => void,
): ConformanceCase {
  const run = async (backend: Backend, slack = 1) => {
    const inputs = makeInputs(step, sizes);
    const arrays = Object.entries(inputs).map(([key, { data }]) => [key, data as Float32Array] as const);
    spoil?.(Object.fromEntries(arrays));
    const names = Object.keys(inputs);
    const { actual, expected, tensors } = await onBoth(backend, Object.values(inputs), (owner, ...made) =>
      step.run(owner, Object.fromEntries(names.map((key, i) => [key, made[i] as Tensor]))),
    );
    const absolute = slack * float32Roundoff * step.bound({ gain: 1, ...sizes });
    for (const [key, shape] of Object.entries(step.results(sizes))) {
      expectShape(`${step.operator} ${key}`, tensors[key] as Tensor, shape);
      const [got, want] = [actual[key] as Float32Array, expected[key] as Float32Array];
      expectClose(`${step.operator} ${key}`, got, want, { absolute });
    }
  };
  return { operator: step.operator, name, tags, run };
}

/** The sizes, saturation, non-finite and subnormal inputs that every step and its gradients have to pass. */
export function stepCases(step: Step): ConformanceCase[] {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const given = (name: string, sizes: StepSizes) => name in step.inputs(sizes);
  const sizes = { B: 3, I: 5, n: 6 };
  return [
    ...[0, 1, 3, 4, 5, 7, 8, 9, 31].map((n) => stepCase(step, `${n} hidden units`, { B: 3, I: 5, n })),
    ...[0, 1, 4, 9].map((I) => stepCase(step, `${I} inputs`, { B: 3, I, n: 6 })),
    ...[0, 1, 17, 40].map((B) => stepCase(step, `${B} rows`, { B, I: 3, n: 5 })),
    stepCase(step, 'large', { B: 19, I: 67, n: 131 }),
    stepCase(step, 'saturated', { B: 9, I: 12, n: 13, gain: 6 }),
    stepCase(step, 'NaN', sizes, ['non-finite'], ({ x, dy }) => (dy ?? x)?.set([nan], 2)),
    stepCase(step, 'infinite inputs', sizes, ['non-finite'], ({ x, dy }) => (dy ?? x)?.set([inf, 0.5, -inf], 3)),
    stepCase(step, 'an infinite state', sizes, ['non-finite'], ({ h }) => h?.set([-inf], 8)),
    ...(given('c', sizes)
      ? [stepCase(step, 'an infinite cell', sizes, ['non-finite'], ({ c }) => c?.set([inf, -inf], 8))]
      : []),
    stepCase(step, 'subnormal inputs', sizes, ['subnormal'], (data) => {
      for (const name of ['x', 'h', 'dy']) data[name]?.set((data[name] as Float32Array).map((value) => value * 1e-39));
    }),
  ];
}

/** Error texts: each rejection replaces tensors of a well-formed call. */
export function rejectionCase(
  step: Step,
  rejections: readonly { shapes: Shapes; error: 'ShapeError' | 'ValueError'; text: string }[],
  expectThrows: (what: string, fn: () => unknown, name: string, text: RegExp) => void,
): ConformanceCase {
  const run = async (backend: Backend) => {
    backend.scope(() => {
      for (const { shapes, error, text } of rejections) {
        const named = Object.entries({ ...step.inputs({ B: 2, I: 3, n: 4 }), ...shapes });
        const tensors = named.map(([name, shape]) => [name, backend.tensor(new Float32Array(sizeOf(shape)), shape)]);
        const whole = new RegExp(`${step.operator}: ${text.replace(/[[\]]/g, '\\$&')}`);
        expectThrows(step.operator, () => step.run(backend, Object.fromEntries(tensors)), error, whole);
      }
    });
  };
  return { operator: step.operator, name: 'rejects what does not fit', tags: [], run };
}

/** Error of a sum of I + n products of at most gain and a bias, and of activations to 2 ulp, in units of the roundoff. */
export const sumBound = ({ I, n, gain }: StepSizes & { gain: number }): number => (I + n + 8) * (gain * (I + n) + 2);

/**
 * Slopes at the sums are products of a few factors of at most 2, right to 64 roundoffs; the gradients sum B or `gates` n of
 * them times gain.
 */
export const gradientBound =
  (gates: number) =>
  ({ B, n, gain }: StepSizes & { gain: number }): number => {
    const terms = Math.max(B, gates * n) + 1;
    return 2 * (terms + 64) * terms * gain;
  };
