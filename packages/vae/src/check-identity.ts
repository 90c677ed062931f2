import { ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { checkFinite, checkFunction } from './arguments.js';
import { klToStandardNormal, logNormal } from './gaussian.js';

/** A model with one latent dimension, prior N(0, 1), and one observed x. */
export interface OneDimensionalModel {
  /** log p(x | z) of the observed x, nats. */
  readonly logLikelihood: (z: number) => number;
  /** q(z | x) = N(mu, e^logvar) */
  readonly mu: number;
  readonly logvar: number;
}

export interface IdentityCheck {
  /** Integral of q(z|x) log( p(x, z) / q(z|x) ) dz, by quadrature: the definition of L(q). */
  readonly definition: number;
  /** E_q[log p(x|z)], by quadrature. */
  readonly reconstruction: number;
  /** KL(q(z|x) || p(z)), in closed form. */
  readonly kl: number;
  /** The same divergence by quadrature. */
  readonly klByQuadrature: number;
  /** reconstruction - kl: the other side of the identity. */
  readonly elbo: number;
  /** |definition - elbo| */
  readonly difference: number;
  /** log p(x), by quadrature. */
  readonly logEvidence: number;
  /** KL(q(z|x) || p(z|x)) by quadrature; equals logEvidence - elbo, so L(q) is a lower bound. */
  readonly gap: number;
  /** Largest change of a quadrature when the number of nodes is doubled. */
  readonly quadratureError: number;
  /** Whether `difference` is within 1e-9 plus the quadrature error. */
  readonly holds: boolean;
}

/**
 * Trapezoidal rule over mean +- 12 standard deviations: for smooth integrands with Gaussian tails its error falls
 * exponentially in the number of nodes. Source: Trefethen and Weideman, SIAM Review 56(3), 2014, section 5.
 */
function integrate(f: (z: number) => number, mean: number, deviation: number, nodes: number): number {
  const step = (24 * deviation) / nodes;
  let sum = 0;
  for (let i = 0; i <= nodes; i++) sum += f(mean - 12 * deviation + i * step);
  return sum * step;
}

/** log of the integral of e^(logIntegrand), scaled by its maximum so that a tiny evidence does not underflow. */
function logIntegrate(logIntegrand: (z: number) => number, mean: number, deviation: number, nodes: number): number {
  const step = (24 * deviation) / nodes;
  const values = Array.from({ length: nodes + 1 }, (_, i) => logIntegrand(mean - 12 * deviation + i * step));
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0) * step);
}

/**
 * Checks L(q) = integral q(z|x) log( p(x,z) / q(z|x) ) dz = E_q[log p(x|z)] - KL(q(z|x) || p(z)) by quadrature on a model with one
 * latent dimension, and that L(q) falls short of log p(x) by KL(q(z|x) || p(z|x)).
 * Source: assignment question 3; Kingma and Welling 2013, equations 2 and 3.
 * `nodes` (default 4000) is the number of intervals; the likelihood must be smooth at their width.
 * @throws ValueError on a bad argument or when the likelihood is not finite at a node.
 */
export function checkIdentity(model: OneDimensionalModel, options: { nodes?: number } = {}): IdentityCheck {
  const fn = 'checkIdentity';
  checkOptions(fn, model, ['logLikelihood', 'mu', 'logvar']);
  checkOptions(fn, options, ['nodes']);
  checkFunction(fn, 'logLikelihood', model.logLikelihood);
  const mu = checkFinite(fn, 'mu', model.mu);
  const logvar = checkFinite(fn, 'logvar', model.logvar);
  const nodes = options.nodes ?? 4000;
  if (!Number.isSafeInteger(nodes) || nodes < 2) {
    throw new ValueError(`${fn}: nodes must be an integer of at least 2, got ${String(nodes)}`);
  }
  const logLikelihood = (z: number): number => {
    const value = model.logLikelihood(z);
    if (!Number.isFinite(value))
      throw new ValueError(`${fn}: logLikelihood(${z}) must be finite, got ${String(value)}`);
    return value;
  };
  const kl = klToStandardNormal(mu, logvar);
  const coarse = quadratures(logLikelihood, mu, logvar, nodes);
  const { definition, reconstruction, klByQuadrature, logEvidence, gap } = quadratures(
    logLikelihood,
    mu,
    logvar,
    2 * nodes,
  );
  const quadratureError = Math.max(
    Math.abs(definition - coarse.definition),
    Math.abs(reconstruction - coarse.reconstruction),
    Math.abs(klByQuadrature - coarse.klByQuadrature),
    Math.abs(logEvidence - coarse.logEvidence),
  );
  const elbo = reconstruction - kl;
  const difference = Math.abs(definition - elbo);
  const holds = difference <= 1e-9 * (1 + Math.abs(elbo)) + quadratureError;
  return { definition, reconstruction, kl, klByQuadrature, elbo, difference, logEvidence, gap, quadratureError, holds };
}

function quadratures(logLikelihood: (z: number) => number, mu: number, logvar: number, nodes: number) {
  const deviation = Math.exp(logvar / 2);
  const expectation = (f: (z: number) => number) =>
    integrate((z) => Math.exp(logNormal(z, mu, logvar)) * f(z), mu, deviation, nodes);
  const logRatio = (z: number) => logNormal(z, 0, 0) - logNormal(z, mu, logvar);
  const logJoint = (z: number) => logLikelihood(z) + logNormal(z, 0, 0);
  const logEvidence = logIntegrate(logJoint, 0, 1, nodes);
  return {
    definition: expectation((z) => logLikelihood(z) + logRatio(z)),
    reconstruction: expectation(logLikelihood),
    klByQuadrature: expectation((z) => -logRatio(z)),
    logEvidence,
    gap: expectation((z) => logNormal(z, mu, logvar) - (logJoint(z) - logEvidence)),
  };
}
