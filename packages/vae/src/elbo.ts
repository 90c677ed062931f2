import { type Backend, ShapeError, type Tensor, ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { checkFinite, checkFunction } from './arguments.js';
import { klToStandardNormal } from './gaussian.js';

/** A VAE on one batch: diagonal Gaussian q(z|x), prior N(0, I), Bernoulli likelihood given by logits. */
export interface ElboInput {
  /** [B, E] float32 in [0, 1] */
  x: Tensor;
  /** [B, K] float32: the mean of q(z|x) */
  mu: Tensor;
  /** [B, K] float32: log of the variance of q(z|x), not of its deviation */
  logvar: Tensor;
  /** [B, K] float32: standard normal noise; z = mu + e^(logvar / 2) eps */
  eps: Tensor;
  /** The decoder: z [B, K] to logits [B, E], which `elbo` disposes of. */
  decode: (z: Tensor) => Tensor;
  /** Also return gradients. Default false. */
  gradients?: boolean;
  /** The decoder's backward pass: d objective / d logits [B, E] to d objective / d z [B, K]. Gives the gradients of mu and logvar. */
  backward?: (logitsGradient: Tensor, z: Tensor) => Tensor;
  /** Weight of the KL term in `objective` and the gradients (not in `elbo`). Default 1. Higgins et al. 2017. */
  beta?: number;
  /** Check that x lies in [0, 1] and everything else is finite. Costs one pass over each. Default true. */
  validate?: boolean;
}

/** Gradients of `objective`, which is to be maximised; the caller disposes of them. */
export interface ElboGradients {
  /** [B, E] */
  readonly logits: Tensor;
  /** [B, K], with `backward` */
  readonly z?: Tensor;
  /** [B, K], with `backward` */
  readonly mu?: Tensor;
  /** [B, K], with `backward` */
  readonly logvar?: Tensor;
}

/** All in nats; sums over pixels and latent dimensions, means over the batch. */
export interface Elbo {
  /** reconstruction - kl, a one-sample estimate of L(q) */
  readonly elbo: number;
  /** E_q[log p(x|z)], estimated with the given noise */
  readonly reconstruction: number;
  /** KL(q(z|x) || p(z)), exact */
  readonly kl: number;
  /** [K]: the KL of each latent dimension, batch mean; sums to `kl` */
  readonly perDimKl: Float64Array;
  /** [B] each */
  readonly perSample: {
    readonly elbo: Float64Array;
    readonly reconstruction: Float64Array;
    readonly kl: Float64Array;
  };
  /** reconstruction - beta kl */
  readonly objective: number;
  readonly gradients?: ElboGradients;
  readonly info: { readonly batch: number; readonly pixels: number; readonly latents: number; readonly beta: number };
}

const fn = 'elbo';
const shapeText = (shape: readonly number[]): string => `[${shape.join(',')}]`;

/** The elements of a float32 tensor. */
const read = async (tensor: Tensor): Promise<Float32Array> => (await tensor.data()) as Float32Array;

function checkMatrix(
  argument: string,
  tensor: Tensor,
  backend: Backend,
  shape: readonly (number | null)[],
): [number, number] {
  if (typeof tensor !== 'object' || tensor === null || !Array.isArray(tensor.shape)) {
    throw new ValueError(`${fn}: ${argument} must be a Tensor, got ${String(tensor)}`);
  }
  if (tensor.backend !== backend) throw new ValueError(`${fn}: ${argument} belongs to another backend than x`);
  if (tensor.dtype !== 'float32')
    throw new ValueError(`${fn}: ${argument} has dtype ${tensor.dtype}, expected float32`);
  const fits =
    tensor.shape.length === 2 && shape.every((length, axis) => length === null || tensor.shape[axis] === length);
  if (!fits) {
    const expected = shape.map((length, axis) => length ?? ['B', 'K'][axis]);
    throw new ShapeError(`${fn}: ${argument} has shape ${shapeText(tensor.shape)}, expected [${expected.join(',')}]`);
  }
  return [tensor.shape[0] as number, tensor.shape[1] as number];
}

function checkFiniteElements(argument: string, values: Float32Array, columns: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const where = `[${Math.floor(at / columns)},${at % columns}]`;
    throw new ValueError(`${fn}: ${argument} must be finite, got ${values[at]} at ${where}`);
  }
}

function checkPixels(x: Float32Array): void {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of x) {
    // Written so that NaN is caught too.
    if (!(value >= 0 && value <= 1)) {
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
  }
  if (x.length > 0 && !(least === Number.POSITIVE_INFINITY)) {
    throw new ValueError(
      `${fn}: x must lie in [0, 1] for a Bernoulli likelihood, got values from ${least} to ${greatest}; divide bytes by 255`,
    );
  }
}

/** The reparameterised sample and the KL of every element, in float64. mu, logvar, eps, z [B, K]; kl [B, K]. */
function sampleAndKl(mu: Float32Array, logvar: Float32Array, eps: Float32Array): { z: Float32Array; kl: Float64Array } {
  const z = new Float32Array(mu.length);
  const kl = new Float64Array(mu.length);
  for (let i = 0; i < mu.length; i++) {
    const [m, lv] = [mu[i] as number, logvar[i] as number];
    z[i] = m + Math.exp(lv / 2) * (eps[i] as number);
    kl[i] = klToStandardNormal(m, lv);
  }
  return { z, kl };
}

/**
 * The evidence lower bound of a batch, L(q) = E_q[log p(x|z)] - KL(q(z|x) || p(z)), term by term, and its gradients. One noise draw
 * per image estimates the first term; the second is exact: sum_k (mu^2 + expm1(logvar) - logvar) / 2.
 * Gradients of the batch mean of reconstruction - beta KL: d/dlogits = (x - sigmoid(logits)) / B; d/dmu = d/dz - beta mu / B;
 * d/dlogvar = d/dz eps e^(logvar / 2) / 2 - beta expm1(logvar) / (2 B).
 * Source: Kingma and Welling 2013, equation 3, section 2.4 and appendices B, C.1.
 * @throws ShapeError, ValueError naming the argument; UnsupportedError from a backend without `bernoulliLogits`.
 */
export async function elbo(input: ElboInput): Promise<Elbo> {
  checkOptions(fn, input, ['x', 'mu', 'logvar', 'eps', 'decode', 'gradients', 'backward', 'beta', 'validate']);
  const { x, mu, logvar, eps, decode, backward } = input;
  if (typeof x !== 'object' || x === null || !('backend' in x))
    throw new ValueError(`${fn}: x must be a Tensor, got ${String(x)}`);
  const { backend } = x;
  const [B, E] = checkMatrix('x', x, backend, [null, null]);
  const [, K] = checkMatrix('mu', mu, backend, [B, null]);
  checkMatrix('logvar', logvar, backend, [B, K]);
  checkMatrix('eps', eps, backend, [B, K]);
  checkFunction(fn, 'decode', decode);
  if (backward !== undefined) checkFunction(fn, 'backward', backward);
  const beta = checkFinite(fn, 'beta', input.beta ?? 1, 0);
  const wanted = readFlag('gradients', input.gradients ?? false);
  if (backward !== undefined && !wanted) throw new ValueError(`${fn}: backward was given, but gradients is not true`);
  const validate = readFlag('validate', input.validate ?? true);
  if (B === 0) throw new ShapeError(`${fn}: x has no images, shape ${shapeText(x.shape)}`);

  const [muValues, logvarValues, epsValues] = await Promise.all([read(mu), read(logvar), read(eps)]);
  if (validate) {
    checkPixels(await read(x));
    for (const [name, values] of Object.entries({ mu: muValues, logvar: logvarValues, eps: epsValues }))
      checkFiniteElements(name, values, K);
  }
  const { z: zValues, kl: klValues } = sampleAndKl(muValues, logvarValues, epsValues);
  const z = backend.tensor(zValues, [B, K]);
  const temporary: Tensor[] = [z];
  try {
    const logits = decode(z);
    temporary.push(logits);
    checkMatrix('the result of decode', logits, backend, [B, E]);
    if (validate) checkFiniteElements('the result of decode', await read(logits), E);
    const { logLikelihood, gradient } = backend.bernoulliLogits(x, logits, { gradient: wanted });
    temporary.push(logLikelihood, ...(gradient ? [gradient] : []));
    const terms = decompose(Float64Array.from(await read(logLikelihood)), klValues, B, K, beta);
    const info = { batch: B, pixels: E, latents: K, beta };
    if (!gradient) return { ...terms, info };
    const perImage = (await read(gradient)).map((value) => value / B);
    const logitsGradient = backend.tensor(perImage, [B, E]);
    const kept: Tensor[] = [logitsGradient];
    try {
      if (!backward) return { ...terms, gradients: { logits: logitsGradient }, info };
      const zGradient = backward(logitsGradient, z);
      kept.push(zGradient);
      checkMatrix('the result of backward', zGradient, backend, [B, K]);
      const rest = latentGradients(await read(zGradient), muValues, logvarValues, epsValues, beta / B);
      const gradients = {
        logits: logitsGradient,
        z: zGradient,
        mu: backend.tensor(rest.mu, [B, K]),
        logvar: backend.tensor(rest.logvar, [B, K]),
      };
      return { ...terms, gradients, info };
    } catch (error) {
      disposeAll(kept);
      throw error;
    }
  } finally {
    disposeAll(temporary);
  }
}

/** A callback may have returned something that is no tensor; the error about that must not be hidden by another. */
function disposeAll(tensors: readonly (Tensor | undefined)[]): void {
  for (const tensor of tensors) if (typeof tensor?.dispose === 'function') tensor.dispose();
}

function readFlag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new ValueError(`${fn}: ${name} must be true or false, got ${String(value)}`);
  return value;
}

/** Means over the batch from reconstruction [B] and klValues [B, K]. */
function decompose(reconstruction: Float64Array, klValues: Float64Array, B: number, K: number, beta: number) {
  const perDimKl = new Float64Array(K);
  const kl = new Float64Array(B);
  for (let b = 0; b < B; b++) {
    for (let k = 0; k < K; k++) {
      const value = klValues[b * K + k] as number;
      perDimKl[k] = (perDimKl[k] as number) + value / B;
      kl[b] = (kl[b] as number) + value;
    }
  }
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / B;
  const means = { reconstruction: mean(reconstruction), kl: mean(kl) };
  return {
    elbo: means.reconstruction - means.kl,
    ...means,
    perDimKl,
    perSample: { elbo: reconstruction.map((value, b) => value - (kl[b] as number)), reconstruction, kl },
    objective: means.reconstruction - beta * means.kl,
  };
}

/** d objective / d mu and d logvar from d/dz; all [B, K]; `weight` is beta / B. */
function latentGradients(dz: Float32Array, mu: Float32Array, logvar: Float32Array, eps: Float32Array, weight: number) {
  const result = { mu: new Float32Array(dz.length), logvar: new Float32Array(dz.length) };
  for (let i = 0; i < dz.length; i++) {
    const [g, lv] = [dz[i] as number, logvar[i] as number];
    result.mu[i] = g - weight * (mu[i] as number);
    result.logvar[i] = 0.5 * (g * (eps[i] as number) * Math.exp(lv / 2) - weight * Math.expm1(lv));
  }
  return result;
}
