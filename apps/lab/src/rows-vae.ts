import type { Backend } from '@dlv/kernels';
import { checkIdentity, elbo } from '@dlv/vae';
import { figure } from './figures.js';
import { normals, randomStream } from './random.js';
import { core, part, type ReportRow, row } from './report.js';

const section = '3. The VAE objective';

const softplus = (a: number) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
const logNormal = (x: number, mean: number, variance: number) =>
  -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));

/** Models with one latent dimension: Gaussian and Bernoulli decoders, q near and far from the prior. */
const models = [
  {
    name: 'x ~ N(z, 1/4), x = 1.3',
    logLikelihood: (z: number) => logNormal(1.3, z, 0.25),
    mu: 0.5,
    logvar: Math.log(0.4),
  },
  {
    name: 'x ~ Bernoulli(sigmoid(2 z)), x = 1',
    logLikelihood: (z: number) => 2 * z - softplus(2 * z),
    mu: 0.5,
    logvar: -1,
  },
  {
    name: 'x ~ Bernoulli(sigmoid(4 z - 1)), x = 0',
    logLikelihood: (z: number) => -softplus(4 * z - 1),
    mu: -1.5,
    logvar: 0.7,
  },
];

/** The three rows of question 3. */
export async function vaeRows(backend: Backend): Promise<ReportRow[]> {
  return [identityRow(), await reconstructionRow(backend), await divergenceRow(backend)];
}

function identityRow(): ReportRow {
  const checks = models.map(({ name, ...model }) => ({ name, ...checkIdentity(model) }));
  const largest = Math.max(...checks.map(({ difference }) => difference));
  return row({
    id: '3.1',
    section,
    claim: 'L(q) = integral of q(z|x) log( p(x,z) / q(z|x) ) dz = E_q[log p(x|z)] - KL(q(z|x) || p(z)).',
    result: `True: both sides agree to ${figure(largest, 2)} by quadrature on ${checks.length} models, and L(q) lies below log p(x) by KL(q(z|x) || p(z|x)).`,
    checks: [
      core(
        'both sides are equal',
        checks.every(({ holds }) => holds),
        checks
          .map(({ name, definition, elbo: terms }) => `${name}: ${definition.toFixed(9)} and ${terms.toFixed(9)}`)
          .join('; '),
      ),
      part(
        'log p(x) - L(q) = KL(q(z|x) || p(z|x)) > 0',
        checks.every(({ logEvidence, elbo: terms, gap }) => gap > 0 && Math.abs(logEvidence - terms - gap) < 1e-9),
        checks.map(({ logEvidence, gap }) => `log p(x) ${figure(logEvidence, 7)}, gap ${figure(gap, 7)}`).join('; '),
      ),
    ],
    expected: 'agree',
  });
}

/** `elbo` on the second model, one image of one pixel for each of `count` noise draws. */
async function manyDraws(backend: Backend, count: number) {
  const { mu, logvar } = models[1]!;
  const owned = [
    backend.tensor(new Float32Array(count).fill(1), [count, 1]),
    backend.tensor(new Float32Array(count).fill(mu), [count, 1]),
    backend.tensor(new Float32Array(count).fill(logvar), [count, 1]),
    backend.tensor(normals(randomStream(3), count), [count, 1]),
    backend.tensor([2], [1, 1]),
  ] as const;
  const [x, means, logvars, eps, weight] = owned;
  try {
    return await elbo({ x, mu: means, logvar: logvars, eps, decode: (z) => backend.gemm(z, weight) });
  } finally {
    for (const tensor of owned) tensor.dispose();
  }
}

async function reconstructionRow(backend: Backend): Promise<ReportRow> {
  const count = 100_000;
  const { reconstruction, perSample } = await manyDraws(backend, count);
  const exact = checkIdentity({
    logLikelihood: models[1]!.logLikelihood,
    mu: models[1]!.mu,
    logvar: models[1]!.logvar,
  });
  const variance =
    perSample.reconstruction.reduce((sum, value) => sum + (value - reconstruction) ** 2, 0) / (count - 1);
  const error = Math.sqrt(variance / count);
  const deviations = Math.abs(reconstruction - exact.reconstruction) / error;
  return row({
    id: '3.2',
    section,
    claim: 'The first term, E_q[log p(x|z)], is the reconstruction: the likelihood of the decoder.',
    result: `True: the mean log-likelihood that the decoder gives x over ${count} draws of z from q is ${reconstruction.toFixed(5)}, the integral ${exact.reconstruction.toFixed(5)}.`,
    checks: [
      core(
        'the mean of log p(x|z) over draws from q(z|x) is the term of the identity, within 4 standard errors',
        deviations <= 4,
        `difference ${figure(reconstruction - exact.reconstruction)}, standard error ${figure(error)}`,
      ),
    ],
    expected: 'agree',
  });
}

async function divergenceRow(backend: Backend): Promise<ReportRow> {
  const grid = [-3, -1, -0.1, 0, 0.1, 1, 3];
  const pairs = grid.flatMap((mu) => grid.map((logvar) => ({ mu, logvar })));
  const B = pairs.length;
  const flat = (value: number) => backend.tensor(new Float32Array(B).fill(value), [B, 1]);
  const owned = [
    flat(0.5),
    backend.tensor(
      pairs.map(({ mu }) => mu),
      [B, 1],
    ),
    backend.tensor(
      pairs.map(({ logvar }) => logvar),
      [B, 1],
    ),
    flat(0),
  ] as const;
  const [x, mu, logvar, eps] = owned;
  const { perSample } = await elbo({ x, mu, logvar, eps, decode: () => flat(0) });
  for (const tensor of owned) tensor.dispose();
  const at = pairs.findIndex((pair) => pair.mu === 0 && pair.logvar === 0);
  const others = perSample.kl.filter((_, i) => i !== at);
  // The other direction, KL(N(0,1) || N(mu, v)) = (v^-1 (1 + mu^2) - 1 + log v) / 2, at mu = 0, log v = 1.
  const forward = perSample.kl[pairs.findIndex((pair) => pair.mu === 0 && pair.logvar === 1)] as number;
  const backward = 0.5 * (Math.exp(-1) - 1 + 1);
  return row({
    id: '3.3',
    section,
    claim: 'The KL term regularises: it measures how far q(z|x) is from the prior p(z).',
    result:
      'True, as a divergence: never negative, 0 only where q is the prior, larger for a q farther away; it is not symmetric and no distance.',
    checks: [
      core(
        'KL(q || p) is 0 for q = p and positive for every other q tried',
        perSample.kl[at] === 0 && others.every((value) => value > 0),
        `${B} Gaussians; at the prior ${perSample.kl[at]}, elsewhere from ${figure(others.reduce((a, b) => Math.min(a, b)))} to ${figure(others.reduce((a, b) => Math.max(a, b)))}`,
      ),
      core(
        'it grows with the distance of the mean and with the distance of the variance from the prior',
        growsFromPrior(pairs, perSample.kl),
        `mu 0, 0.1, 1, 3 at variance 1: ${[0, 0.1, 1, 3].map((mean) => figure(perSample.kl[pairs.findIndex((pair) => pair.mu === mean && pair.logvar === 0)] as number)).join(', ')}`,
      ),
    ],
    notes: [
      `Not symmetric: KL(N(0, e) || N(0, 1)) = ${figure(forward)}, KL(N(0, 1) || N(0, e)) = ${figure(backward)}.`,
    ],
    expected: 'agree',
  });
}

function growsFromPrior(pairs: readonly { mu: number; logvar: number }[], kl: Float64Array): boolean {
  const farther = (a: number, b: number) =>
    a === b || (Math.sign(a) === Math.sign(b) && Math.abs(a) >= Math.abs(b)) || b === 0;
  return pairs.every((far, i) =>
    pairs.every(
      (near, j) =>
        i === j ||
        !farther(far.mu, near.mu) ||
        !farther(far.logvar, near.logvar) ||
        (kl[i] as number) > (kl[j] as number),
    ),
  );
}
