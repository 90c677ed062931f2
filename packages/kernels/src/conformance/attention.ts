import type { AttentionOptions, Backend, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, noise, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

interface Problem {
  leading?: readonly number[];
  L: number;
  S: number;
  D: number;
  Dv?: number;
  /** Multiplies q, hence the logits. */
  gain?: number;
  options?: Omit<AttentionOptions, 'mask'>;
  mask?: Input;
  /** Overwrites parts of k and v before the run. */
  spoil?: (k: Float32Array, v: Float32Array) => void;
}

async function check(backend: Backend, problem: Problem, slack = 1): Promise<void> {
  const { leading = [2], L, S, D, Dv = D, gain = 1, options = {}, mask, spoil } = problem;
  const q = input(11 * L + 1, [...leading, L, D], gain);
  const k = input(13 * S + 2, [...leading, S, D]);
  const v = input(17 * S + 3, [...leading, S, Dv]);
  spoil?.(k.data as Float32Array, v.data as Float32Array);
  const run = (owner: Backend, ...tensors: Tensor[]) => {
    const [tq, tk, tv, tm] = tensors as [Tensor, Tensor, Tensor, Tensor?];
    const all = { ...options, returnLse: true, returnWeights: true, ...(tm ? { mask: tm } : {}) };
    const { output, lse, weights } = owner.attention(tq, tk, tv, all);
    const lean = owner.attention(tq, tk, tv, { ...options, ...(tm ? { mask: tm } : {}) });
    return { output, lse, weights, lean: lean.output };
  };
  const { actual, expected, tensors } = await onBoth(backend, mask ? [q, k, v, mask] : [q, k, v], run);
  expectShape('output', tensors.output, [...leading, L, Dv]);
  expectShape('lse', tensors.lse as Tensor, [...leading, L]);
  expectShape('weights', tensors.weights as Tensor, [...leading, L, S]);
  // A logit error delta moves the weights by at most delta / 2 in total variation, and |v| <= 1 here, so the output by
  // delta; delta <= (D + 4) u |scale| sum |q||k|. The rest: exponential (2 ulp), sums over the keys and the division.
  const scale = Math.abs(options.scale ?? 1 / Math.sqrt(Math.max(D, 1)));
  const logit = slack * ((D + 4) * scale * D * gain + 8) * float32Roundoff;
  const sums = slack * (S + 16) * float32Roundoff;
  const relative = 2 * logit + sums;
  expectClose('output', actual.output, expected.output, { absolute: logit + sums });
  expectClose('lse', actual.lse, expected.lse, { absolute: 2 * logit + sums, relative: 4 * float32Roundoff * slack });
  expectClose('weights', actual.weights, expected.weights, { relative, absolute: slack * 2 ** -120 });
  expectClose('output without lse and weights', actual.lean, actual.output, { absolute: logit + sums });
}

const makeCase = (name: string, run: ConformanceCase['run'], tags: ConformanceCase['tags'] = []): ConformanceCase => ({
  operator: 'attention',
  name,
  tags,
  run,
});

const solve = (name: string, problem: Problem, tags: ConformanceCase['tags'] = []): ConformanceCase =>
  makeCase(name, (backend, slack) => check(backend, problem, slack), tags);

/** A random boolean mask of this shape that hides about a third. */
const randomMask = (seed: number, shape: readonly number[]): Input => ({
  data: Uint8Array.from(
    noise(
      seed,
      shape.reduce((a, b) => a * b, 1),
    ),
    (value) => (value > -0.33 ? 1 : 0),
  ),
  shape,
});

const lengths = [0, 1, 3, 4, 5, 7, 8, 9, 17, 31, 33, 130];

export const attentionCases: readonly ConformanceCase[] = [
  ...lengths.map((L) => solve(`${L} queries, 13 keys`, { L, S: 13, D: 8 })),
  ...lengths.map((S) => solve(`9 queries, ${S} keys`, { L: 9, S, D: 8 })),
  ...[1, 2, 3, 4, 5, 7, 16, 33, 64].map((D) => solve(`head size ${D}`, { L: 10, S: 11, D })),
  ...[1, 3, 4, 9, 32].map((Dv) => solve(`value size ${Dv}`, { L: 10, S: 11, D: 6, Dv })),
  solve('batch and heads', { leading: [2, 3], L: 9, S: 10, D: 4 }),
  solve('no leading dimension', { leading: [], L: 9, S: 10, D: 4 }),
  solve('several key blocks', { leading: [1], L: 37, S: 300, D: 24, gain: 3 }),
  solve('a scale of 0.3', { L: 9, S: 20, D: 8, options: { scale: 0.3 } }),
  solve('a negative scale', { L: 9, S: 20, D: 8, options: { scale: -2 } }),
  solve('large logits', { L: 9, S: 150, D: 8, gain: 200 }),
  ...[0, 5, -3, -100, 100].flatMap((queryOffset) => [
    solve(`causal, offset ${queryOffset}, 20x25`, { L: 20, S: 25, D: 8, options: { queryOffset } }),
    solve(`causal, offset ${queryOffset}, 150x140`, { leading: [1], L: 150, S: 140, D: 8, options: { queryOffset } }),
  ]),
  solve('mask [L, S]', { leading: [2, 2], L: 19, S: 21, D: 8, mask: randomMask(1, [19, 21]) }),
  solve('mask [B, 1, L, S]', { leading: [2, 2], L: 9, S: 7, D: 8, mask: randomMask(2, [2, 1, 9, 7]) }),
  solve('mask [H, 1, S]', { leading: [2, 2], L: 9, S: 7, D: 8, mask: randomMask(3, [2, 1, 7]) }),
  solve('mask [L, 1]', { leading: [2, 2], L: 9, S: 7, D: 8, mask: randomMask(4, [9, 1]) }),
  solve('mask and causal together', {
    L: 40,
    S: 150,
    D: 8,
    options: { queryOffset: 100 },
    mask: randomMask(5, [40, 150]),
  }),
  solve('everything hidden', { L: 9, S: 7, D: 8, mask: { data: new Uint8Array(63), shape: [9, 7] } }),
  solve(
    'NaN in hidden keys and values stays hidden',
    {
      leading: [1],
      L: 12,
      S: 140,
      D: 8,
      options: { queryOffset: 120 },
      spoil: (k, v) => {
        k.fill(Number.NaN, 132 * 8, 133 * 8);
        v.fill(Number.NaN, 125 * 8, 126 * 8);
        v.fill(Number.POSITIVE_INFINITY, 139 * 8, 140 * 8);
      },
    },
    ['non-finite'],
  ),
  makeCase('rejects what does not fit', async (backend) => {
    backend.scope(() => {
      const tensor = (...shape: number[]) =>
        backend.tensor(
          noise(
            1,
            shape.reduce((a, b) => a * b, 1),
          ),
          shape,
        );
      const q = tensor(2, 3, 4);
      const expect = (fn: () => unknown, error: string, text: RegExp) => expectThrows('attention', fn, error, text);
      expect(
        () => backend.attention(q, tensor(2, 5, 3), tensor(2, 5, 3)),
        'ShapeError',
        /q has head size 4, but k has 3/,
      );
      expect(() => backend.attention(q, tensor(2, 5, 4), tensor(2, 6, 4)), 'ShapeError', /k has 5 keys, but v has 6/);
      expect(() => backend.attention(q, tensor(5, 4), tensor(5, 4)), 'ShapeError', /leading dimensions differ/);
      const [k, v] = [tensor(2, 5, 4), tensor(2, 5, 4)];
      const mask = backend.tensor(new Uint8Array(8), [2, 4]);
      expect(() => backend.attention(q, k, v, { mask }), 'ShapeError', /mask \[2,4\] does not broadcast to \[2,3,5\]/);
      expect(() => backend.attention(q, k, v, { mask: q }), 'ValueError', /mask has dtype float32, expected bool/);
      expect(
        () => backend.attention(q, k, v, { scale: Number.NaN }),
        'ValueError',
        /scale must be a finite number, got NaN/,
      );
      expect(
        () => backend.attention(q, k, v, { queryOffset: 0.5 }),
        'ValueError',
        /queryOffset must be an integer, got 0.5/,
      );
    });
  }),
];
