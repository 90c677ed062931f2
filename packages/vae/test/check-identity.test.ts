import { expect, it } from 'vitest';
import { checkIdentity } from '../src/index.js';

const logNormal = (x: number, mean: number, variance: number) =>
  -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));

it('holds on the Gaussian model whose every term is known', () => {
  const check = checkIdentity({ logLikelihood: (z) => logNormal(1.3, z, 0.25), mu: 0.5, logvar: Math.log(0.4) });
  expect(check.holds).toBe(true);
  expect(check.reconstruction).toBeCloseTo(-2.3057913526447273, 12);
  expect(check.kl).toBeCloseTo(0.2831453659370775, 12);
  expect(check.klByQuadrature).toBeCloseTo(0.2831453659370775, 12);
  expect(check.definition).toBeCloseTo(-2.588936718581805, 12);
  expect(check.logEvidence).toBeCloseTo(-1.7065103088617777, 12);
  expect(check.gap).toBeCloseTo(0.8824264097200272, 12);
  expect(check.logEvidence - check.elbo).toBeCloseTo(check.gap, 12);
  expect(check.quadratureError).toBeLessThan(1e-10);
});

it('has no gap when q is the posterior', () => {
  // N(0,1) prior, N(z, 1/4) likelihood: the posterior is N(x 4/5, 1/5).
  const check = checkIdentity({ logLikelihood: (z) => logNormal(1.3, z, 0.25), mu: 1.04, logvar: Math.log(0.2) });
  expect(check.gap).toBeCloseTo(0, 12);
  expect(check.elbo).toBeCloseTo(check.logEvidence, 12);
});

it('holds for a Bernoulli likelihood, and a false identity is found out', () => {
  const logit = (z: number) => 3 * z - 1;
  const logLikelihood = (z: number) => logit(z) - Math.log1p(Math.exp(logit(z)));
  const check = checkIdentity({ logLikelihood, mu: -0.3, logvar: 0.4 });
  expect(check.holds).toBe(true);
  expect(check.difference).toBeLessThan(1e-12);
  // The other sign of the KL term is no identity.
  expect(Math.abs(check.definition - (check.reconstruction + check.kl))).toBeGreaterThan(0.1);
});

it('says so when the nodes are too few to decide', () => {
  const logLikelihood = (z: number) => 30 * Math.sin(3 * z);
  const coarse = checkIdentity({ logLikelihood, mu: 0, logvar: 3 }, { nodes: 4 });
  const fine = checkIdentity({ logLikelihood, mu: 0, logvar: 3 });
  expect(coarse.quadratureError).toBeGreaterThan(0.1);
  expect(fine.quadratureError).toBeLessThan(1e-9);
});

it('names what is wrong', () => {
  const model = { logLikelihood: () => 0, mu: 0, logvar: 0 };
  expect(() => checkIdentity({ ...model, mu: Number.NaN })).toThrow(
    'checkIdentity: mu must be a finite number, got NaN',
  );
  expect(() => checkIdentity(model, { nodes: 1 })).toThrow(
    'checkIdentity: nodes must be an integer of at least 2, got 1',
  );
  expect(() => checkIdentity({ ...model, logLikelihood: () => Number.NEGATIVE_INFINITY })).toThrow(
    /logLikelihood\(-12\) must be finite, got -Infinity/,
  );
  expect(() => checkIdentity({ ...model, sigma: 1 } as never)).toThrow("checkIdentity: unknown option 'sigma'");
});
