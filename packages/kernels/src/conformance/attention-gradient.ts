import type { AttentionGradientOptions, Backend, Tensor } from '../backend.js';
import { createReferenceBackend } from '../reference/create.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { ConformanceError, expectClose, expectShape, expectThrows } from './compare.js';

interface Problem {
  leading?: readonly number[];
  L: number;
  S: number;
  D: number;
  Dv?: number;
  gain?: number;
  options?: Omit<AttentionGradientOptions, 'mask' | 'dLse'>;
  mask?: Input;
  withLse?: boolean;
  /** Overwrites parts of q, k, v and dOutput before the run. */
  spoil?: (q: Float32Array, k: Float32Array, v: Float32Array, dOutput: Float32Array) => void;
}

/** q, k, v, dOutput, output, lse. */
type SixTensors = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];

/** Inputs q, k, v, dOutput, and output and lse as the reference computes them, dLse, and the mask if there is one. */
async function inputsOf(problem: Problem): Promise<Input[]> {
  const { leading = [2], L, S, D, Dv = D, gain = 1, options = {}, mask, spoil } = problem;
  const q = input(11 * L + 1, [...leading, L, D], gain);
  const k = input(13 * S + 2, [...leading, S, D]);
  const v = input(17 * S + 3, [...leading, S, Dv]);
  const dOutput = input(19 * L + 4, [...leading, L, Dv]);
  spoil?.(...([q, k, v, dOutput].map(({ data }) => data) as [Float32Array, Float32Array, Float32Array, Float32Array]));
  const reference = await createReferenceBackend();
  const [tq, tk, tv] = [q, k, v].map(({ data, shape }) => reference.tensor(data, shape)) as [Tensor, Tensor, Tensor];
  const all = { ...options, returnLse: true, ...(mask ? { mask: reference.tensor(mask.data, mask.shape) } : {}) };
  const { output, lse } = reference.attention(tq, tk, tv, all);
  const made = [output, lse as Tensor].map((tensor) => ({ data: tensor.dataSync(), shape: tensor.shape }));
  reference.dispose();
  return [q, k, v, dOutput, ...made, input(23 * L + 5, [...leading, L]), ...(mask ? [mask] : [])];
}

async function check(backend: Backend, problem: Problem, slack = 1): Promise<void> {
  const { L, S, D, Dv = D, gain = 1, options = {}, withLse = false } = problem;
  const run = (owner: Backend, ...tensors: Tensor[]) => {
    const [q, k, v, dOutput, output, lse, dLse, mask] = tensors as [...SixTensors, Tensor, Tensor?];
    const all = { ...options, ...(withLse ? { dLse } : {}), ...(mask ? { mask } : {}) };
    return { ...owner.attentionGradients(dOutput, q, k, v, output, lse, all) };
  };
  const inputs = await inputsOf(problem);
  const { actual, expected, tensors } = await onBoth(backend, inputs, run);
  for (const [i, name] of (['q', 'k', 'v'] as const).entries()) {
    expectShape(name, tensors[name], (inputs[i] as Input).shape);
  }
  // Weights carry the logit's error (D + 4) u |scale| sum |q||k| and the exponential's; a slope adds (Dv + 4) u to
  // |dO V - delta| <= 2 Dv; sums over the keys weigh them with P, sums over the queries add at most L of them.
  const scale = Math.abs(options.scale ?? 1 / Math.sqrt(Math.max(D, 1)));
  const weight = (2 * (D + 4) * scale * D * gain + 16) * float32Roundoff;
  const slope = (2 * Dv + 2) * (weight + (Dv + 4) * float32Roundoff);
  const sums = (L + S + 16) * float32Roundoff;
  const ofSlopes = slack * (slope + sums * (2 * Dv + 2)) * scale;
  expectClose('q', actual.q, expected.q, { absolute: 2 * ofSlopes });
  expectClose('k', actual.k, expected.k, { absolute: L * gain * ofSlopes });
  expectClose('v', actual.v, expected.v, { absolute: slack * L * (weight + sums) });
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'attentionGradients',
  name,
  tags,
  run,
});

const solve = (name: string, problem: Problem, tags: ConformanceCase['tags'] = []): ConformanceCase =>
  makeCase(name, (backend, slack) => check(backend, problem, slack), tags);

const lengths = [0, 1, 3, 4, 5, 7, 8, 9, 17, 63, 64, 65, 130];

const mask: Input = { data: Uint8Array.from(noise(31, 9 * 14), (value) => (value > -0.33 ? 1 : 0)), shape: [9, 14] };
const rowless: Input = {
  data: Uint8Array.from(mask.data, (value, at) => (Math.floor(at / 14) === 4 ? 0 : value)),
  shape: [9, 14],
};
const keyless: Input = { data: Uint8Array.from(mask.data, (value, at) => (at % 14 === 3 ? 0 : value)), shape: [9, 14] };
const nan = Number.NaN;

export const attentionGradientCases: readonly ConformanceCase[] = [
  ...lengths.map((L) => solve(`${L} queries, 13 keys`, { L, S: 13, D: 8 })),
  ...lengths.map((S) => solve(`9 queries, ${S} keys`, { L: 9, S, D: 8 })),
  ...[1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 64].map((D) => solve(`head size ${D}`, { L: 10, S: 11, D })),
  ...[1, 3, 4, 9, 32].map((Dv) => solve(`value size ${Dv}`, { L: 10, S: 11, D: 6, Dv })),
  solve('batch and heads', { leading: [2, 3], L: 9, S: 10, D: 4 }),
  solve('several blocks of queries and keys', { leading: [1], L: 150, S: 300, D: 24, gain: 3 }),
  solve('causal, several blocks', { leading: [1], L: 200, S: 200, D: 8, options: { queryOffset: 0 } }),
  solve('causal, bottom right', { L: 9, S: 14, D: 8, options: { queryOffset: 5 } }),
  solve('causal, first queries see nothing', { L: 14, S: 9, D: 8, options: { queryOffset: -5 } }),
  solve('scale', { L: 9, S: 14, D: 8, options: { scale: -0.7 } }),
  solve('a mask', { L: 9, S: 14, D: 8, mask }),
  solve('a mask that hides all of a row', { L: 9, S: 14, D: 8, mask: rowless }),
  solve('gradient of lse', { L: 9, S: 14, D: 8, withLse: true }),
  solve(
    'hidden keys and values may be NaN',
    {
      L: 9,
      S: 14,
      D: 8,
      mask: keyless,
      leading: [],
      spoil: (_, k, v) => void [k.fill(nan, 24, 32), v.fill(nan, 24, 32)],
    },
    ['non-finite'],
  ),
  solve(
    'a query that sees nothing may be NaN',
    {
      L: 9,
      S: 14,
      D: 8,
      mask: rowless,
      leading: [],
      spoil: (q, _k, _v, g) => void [q.fill(nan, 32, 40), g.fill(nan, 32, 40)],
    },
    ['non-finite'],
  ),
  makeCase('every option changes the result', async (backend) => {
    const inputs = await inputsOf({ L: 9, S: 14, D: 8, mask });
    const made = inputs.map(({ data, shape }) => backend.tensor(data, shape));
    const [q, k, v, dOutput, output, lse, dLse, maskTensor] = made as [...SixTensors, Tensor, Tensor];
    const slopes = async (options: AttentionGradientOptions) => {
      const gradients = backend.attentionGradients(dOutput, q, k, v, output, lse, options);
      const values = await gradients.k.data();
      for (const tensor of Object.values(gradients) as Tensor[]) tensor.dispose();
      return String(values);
    };
    const plain = await slopes({});
    for (const options of [{ scale: 0.1 }, { queryOffset: 0 }, { mask: maskTensor }, { dLse }]) {
      if ((await slopes(options)) === plain) throw new ConformanceError(`${Object.keys(options)} changed nothing`);
    }
    for (const tensor of made) tensor.dispose();
  }),
  makeCase('rejects what does not fit', async (backend) => {
    const inputs = await inputsOf({ L: 9, S: 14, D: 8 });
    backend.scope(() => {
      const [q, k, v, dOutput, output, lse] = inputs.map(({ data, shape }) =>
        backend.tensor(data, shape),
      ) as SixTensors;
      const expect = (call: () => unknown, error: string, text: RegExp) =>
        expectThrows('attentionGradients', call, error, text);
      expect(
        () => backend.attentionGradients(k, q, k, v, output, lse),
        'ShapeError',
        /attentionGradients: dOutput has shape \[2,14,8\], expected \[2,9,8\]/,
      );
      expect(
        () => backend.attentionGradients(dOutput, q, k, v, output, output),
        'ShapeError',
        /attentionGradients: lse has shape \[2,9,8\], expected \[2,9\]/,
      );
      expect(
        () => backend.attentionGradients(dOutput, q, k, v, output, lse, { causal: true } as AttentionGradientOptions),
        'ValueError',
        /attentionGradients: unknown option 'causal'/,
      );
    });
  }),
];
