import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '@dlv/kernels';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type ElboInput, elbo } from '../src/index.js';

const backends = [await createReferenceBackend(), await createWasmBackend()];
afterAll(() => {
  for (const backend of backends) backend.dispose();
});

/** A linear decoder, logits = z W + c, with everything in plain float64 beside the tensors. */
interface Problem {
  B: number;
  K: number;
  E: number;
  x: number[];
  mu: number[];
  logvar: number[];
  eps: number[];
  W: number[];
  c: number[];
}

const softplus = (a: number) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/** The same terms in float64, written from the formulas. */
function plain({ B, K, E, x, mu, logvar, eps, W, c }: Problem, beta: number) {
  let reconstruction = 0;
  let kl = 0;
  for (let b = 0; b < B; b++) {
    const z = Array.from({ length: K }, (_, k) => mu[b * K + k]! + Math.exp(logvar[b * K + k]! / 2) * eps[b * K + k]!);
    for (let e = 0; e < E; e++) {
      const logit = z.reduce((sum, value, k) => sum + value * W[k * E + e]!, c[e]!);
      reconstruction += (x[b * E + e]! * logit - softplus(logit)) / B;
    }
    for (let k = 0; k < K; k++) {
      const [m, lv] = [mu[b * K + k]!, logvar[b * K + k]!];
      kl += (m * m + Math.exp(lv) - lv - 1) / 2 / B;
    }
  }
  return { reconstruction, kl, objective: reconstruction - beta * kl };
}

function inputOf(backend: Backend, { B, K, E, x, mu, logvar, eps, W, c }: Problem) {
  const weights = backend.tensor(W, [K, E]);
  // The bias is added by the host, as this version has no addition.
  const decode = (z: Tensor): Tensor => {
    using product = backend.gemm(z, weights);
    const logits = product.dataSync() as Float32Array;
    return backend.tensor(
      logits.map((value, i) => value + (c[i % E] as number)),
      [B, E],
    );
  };
  const backward = (logits: Tensor): Tensor => backend.gemm(logits, weights, { transposeB: true });
  const input = {
    x: backend.tensor(x, [B, E]),
    mu: backend.tensor(mu, [B, K]),
    logvar: backend.tensor(logvar, [B, K]),
    eps: backend.tensor(eps, [B, K]),
    decode,
  } satisfies ElboInput;
  return { input, backward };
}

const wave = (length: number, scale: number, phase: number) =>
  Array.from({ length }, (_, i) => Math.fround(scale * Math.sin(1.7 * i + phase)));

const problem = (B: number, K: number, E: number): Problem => ({
  B,
  K,
  E,
  x: wave(B * E, 0.5, 0.3).map((value) => Math.fround(value + 0.5)),
  mu: wave(B * K, 1.5, 1),
  logvar: wave(B * K, 1, 2),
  eps: wave(B * K, 1.2, 3),
  W: wave(K * E, 0.8, 4),
  c: wave(E, 0.4, 5),
});

describe.each(backends.map((backend) => [backend.info.name, backend] as const))('elbo on %s', (_name, backend) => {
  it.each([
    [1, 1, 1],
    [3, 2, 5],
    [4, 3, 9],
    [7, 20, 784],
  ])('gives every term of B=%i K=%i E=%i', async (B, K, E) => {
    const data = problem(B, K, E);
    const { input } = inputOf(backend, data);
    const got = await elbo(input);
    const want = plain(data, 1);
    expect(got.reconstruction).toBeCloseTo(want.reconstruction, E > 100 ? 3 : 5);
    expect(got.kl).toBeCloseTo(want.kl, 10);
    expect(got.elbo).toBe(got.reconstruction - got.kl);
    expect(got.perDimKl.reduce((a, b) => a + b, 0)).toBeCloseTo(got.kl, 12);
    expect(got.perSample.kl.reduce((a, b) => a + b, 0) / B).toBeCloseTo(got.kl, 12);
    expect(got.perSample.elbo.length).toBe(B);
    expect(got.info).toEqual({ batch: B, pixels: E, latents: K, beta: 1 });
    expect(got.gradients).toBeUndefined();
  });

  it('has gradients that agree with central differences in float64', async () => {
    const data = problem(3, 4, 11);
    for (const beta of [1, 0, 2.5]) {
      const { input, backward } = inputOf(backend, data);
      const { gradients } = await elbo({ ...input, gradients: true, backward, beta });
      for (const name of ['mu', 'logvar'] as const) {
        const got = (await gradients?.[name]?.data()) as Float32Array;
        for (let i = 0; i < got.length; i++) {
          const at = (shift: number) =>
            plain({ ...data, [name]: data[name].map((value, j) => (j === i ? value + shift : value)) }, beta).objective;
          expect(got[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
        }
      }
      const logits = (await gradients?.logits.data()) as Float32Array;
      // Sum over pixels of (x - p) / B, by the shared bias.
      const bias = (shift: number) => plain({ ...data, c: data.c.map((value) => value + shift) }, beta).objective;
      expect(logits.reduce((a, b) => a + b, 0)).toBeCloseTo((bias(1e-5) - bias(-1e-5)) / 2e-5, 5);
    }
  });

  it('frees what it makes: only the gradients remain', async () => {
    const { input, backward } = inputOf(backend, problem(2, 2, 4));
    const before = backend.info.bytesInUse;
    await elbo(input);
    expect(backend.info.bytesInUse).toBe(before);
    const { gradients } = await elbo({ ...input, gradients: true, backward });
    for (const tensor of Object.values(gradients ?? {})) tensor.dispose();
    expect(backend.info.bytesInUse).toBe(before);
    const failing = elbo({ ...input, gradients: true, backward: () => backend.tensor([1], [1, 1]) });
    await expect(failing).rejects.toThrow('elbo: the result of backward has shape [1,1], expected [2,2]');
    expect(backend.info.bytesInUse).toBe(before);
  });

  it('every option changes the result', async () => {
    const { input, backward } = inputOf(backend, problem(2, 2, 4));
    const plainResult = await elbo(input);
    const weighted = await elbo({ ...input, beta: 4 });
    expect(weighted.elbo).toBe(plainResult.elbo);
    expect(weighted.objective).toBeCloseTo(weighted.reconstruction - 4 * weighted.kl, 12);
    expect(Object.keys((await elbo({ ...input, gradients: true })).gradients ?? {})).toEqual(['logits']);
    expect(Object.keys((await elbo({ ...input, gradients: true, backward })).gradients ?? {})).toEqual([
      'logits',
      'z',
      'mu',
      'logvar',
    ]);
    const outside = { ...input, x: backend.tensor(new Array(8).fill(2), [2, 4]) };
    await expect(elbo(outside)).rejects.toThrow('x must lie in [0, 1]');
    expect((await elbo({ ...outside, validate: false })).elbo).not.toBe(plainResult.elbo);
  });

  it('names what is wrong', async () => {
    const { input } = inputOf(backend, problem(2, 3, 4));
    const fails = (change: object, text: string) => expect(elbo({ ...input, ...change })).rejects.toThrow(text);
    await fails({ mu: backend.tensor([1, 2], [1, 2]) }, 'elbo: mu has shape [1,2], expected [2,K]');
    await fails({ eps: backend.tensor(wave(4, 1, 0), [2, 2]) }, 'elbo: eps has shape [2,2], expected [2,3]');
    await fails(
      { logvar: backend.tensor(new Float64Array(6), [2, 3]) },
      'elbo: logvar has dtype float64, expected float32',
    );
    await fails(
      { logvar: backend.tensor([0, 0, 0, 0, 0, Number.NaN], [2, 3]) },
      'elbo: logvar must be finite, got NaN at [1,2]',
    );
    await fails(
      { decode: () => backend.tensor([1], [1, 1]) },
      'elbo: the result of decode has shape [1,1], expected [2,4]',
    );
    await fails({ decode: () => undefined }, 'elbo: the result of decode must be a Tensor, got undefined');
    await fails({ decode: 3 }, 'elbo: decode must be a function, got 3');
    await fails({ beta: -1 }, 'elbo: beta must be a finite number of at least 0, got -1');
    await fails({ backward: () => input.mu }, 'elbo: backward was given, but gradients is not true');
    await fails({ samples: 2 }, "elbo: unknown option 'samples'");
    const bytes = backend.tensor([0, 255, 12, 0, 0, 0, 0, 0], [2, 4]);
    await fails(
      { x: bytes },
      'elbo: x must lie in [0, 1] for a Bernoulli likelihood, got values from 12 to 255; divide bytes by 255',
    );
    const other = await createReferenceBackend();
    await fails({ mu: other.tensor(new Array(6).fill(0), [2, 3]) }, 'elbo: mu belongs to another backend than x');
  });

  it('property: means do not depend on the order or on duplication of the batch, and KL is never negative', async () => {
    const numbers = fc.double({ min: -0.001, max: 0.001, noNaN: true }).map(Math.fround);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(numbers, numbers), { minLength: 1, maxLength: 9 }), async (rows) => {
        const run = (list: typeof rows) => {
          const B = list.length;
          return elbo({
            x: backend.tensor(new Array(B).fill(0.25), [B, 1]),
            mu: backend.tensor(
              list.map(([m]) => m),
              [B, 1],
            ),
            logvar: backend.tensor(
              list.map(([, lv]) => lv),
              [B, 1],
            ),
            eps: backend.tensor(new Array(B).fill(0.5), [B, 1]),
            decode: (z) => backend.gemm(z, backend.tensor([2], [1, 1])),
          });
        };
        const [once, twice] = [await run(rows), await run([...rows, ...rows].reverse())];
        expect(once.kl).toBeGreaterThanOrEqual(0);
        expect(twice.elbo).toBeCloseTo(once.elbo, 7);
        expect(twice.kl).toBeCloseTo(once.kl, 12);
      }),
      { seed: 20261124, numRuns: 50 },
    );
  });
});

it('agrees with the golden KL and Bernoulli values', async () => {
  const backend = await createWasmBackend();
  const terms = async (m: number, lv: number, x: number, logit: number) =>
    elbo({
      x: backend.tensor([x], [1, 1]),
      mu: backend.tensor([m], [1, 1]),
      logvar: backend.tensor([lv], [1, 1]),
      eps: backend.tensor([0], [1, 1]),
      decode: () => backend.tensor([logit], [1, 1]),
    });
  for (const [m, lv, kl] of [
    [1, 0, 0.5],
    [0, 1, 0.35914091422952255],
    [0.5, -1, 0.30893972058572117],
    [3, -20, 14.000000001030577],
  ] as const) {
    expect((await terms(m, lv, 0, 0)).kl).toBeCloseTo(kl, 12);
  }
  // A small logvar keeps its digits: 1e-4 in float32 is 9.99999974e-5.
  expect((await terms(0, 1e-4, 0, 0)).kl / 2.500083335e-9).toBeCloseTo(1, 6);
  for (const [x, logit, value] of [
    [1, 2.5, -0.07888973429254964],
    [0, 2.5, -2.5788897342925496],
    [0.3, -1.2, -0.6232824673380313],
    [1, -100, -100],
    [0.5, 1000, -500],
  ] as const) {
    expect((await terms(0, 0, x, logit)).reconstruction / value).toBeCloseTo(1, 6);
  }
  backend.dispose();
});
