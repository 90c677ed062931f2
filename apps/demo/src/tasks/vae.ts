import type { Backend, Tensor } from '@dlv/kernels';
import {
  batchOf,
  checkIdentity,
  collapsePlateau,
  constantBernoulliLogits,
  elbo,
  entropyFloor,
  type IdentityCheck,
  imagesFromIdx,
  readIdx,
} from '@dlv/vae';
import type { Checkpoint } from '../worker/protocol.js';

/** One pixel x, one latent z: p(z) = N(0, 1), p(x = 1 | z) = sigmoid(weight z + bias), q(z|x) = N(mu, e^logvar). */
export interface OneDimensionalRequest {
  x: 0 | 1;
  weight: number;
  bias: number;
  mu: number;
  logvar: number;
}

export interface OneDimensionalResponse {
  check: IdentityCheck;
  /** The same terms by `elbo` with `draws` noise draws on the backend. */
  sampled: { reconstruction: number; kl: number; elbo: number; draws: number; milliseconds: number };
  /** Densities over z. */
  curves: { z: number; prior: number; q: number; posterior: number }[];
}

const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
const normal = (z: number, mean: number, logvar: number): number =>
  Math.exp(-0.5 * ((z - mean) ** 2 * Math.exp(-logvar) + logvar + Math.log(2 * Math.PI)));

const likelihoodOf =
  ({ x, weight, bias }: OneDimensionalRequest) =>
  (z: number) => {
    const logit = weight * z + bias;
    return x * logit - softplus(logit);
  };

/** Even normal noise, the same every time: Box-Muller on a Kronecker sequence of the golden ratio. */
function evenNoise(count: number): Float32Array {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Float32Array.from(
    { length: count },
    (_, i) => Math.sqrt(-2 * Math.log((i + 0.5) / count)) * Math.cos(2 * Math.PI * ((i * golden) % 1)),
  );
}

/** `elbo` of the model with many draws, as a batch of equal images. */
async function sampledTerms(backend: Backend, request: OneDimensionalRequest, noise: Float32Array, gradients: boolean) {
  const B = noise.length;
  const { x, weight, bias, mu, logvar } = request;
  const filled = (value: number) => backend.tensor(new Float32Array(B).fill(value), [B, 1]);
  const owned = [
    filled(x),
    filled(mu),
    filled(logvar),
    backend.tensor(noise, [B, 1]),
    backend.tensor([weight], [1, 1]),
  ] as const;
  const [images, means, logvars, eps, weights] = owned;
  const decode = (z: Tensor) => {
    using product = backend.gemm(z, weights);
    return backend.tensor(
      (product.dataSync() as Float32Array).map((value) => value + bias),
      [B, 1],
    );
  };
  const backward = (logits: Tensor) => backend.gemm(logits, weights, { transposeB: true });
  try {
    return await elbo({
      x: images,
      mu: means,
      logvar: logvars,
      eps,
      decode,
      ...(gradients && { gradients, backward }),
    });
  } finally {
    for (const tensor of owned) tensor.dispose();
  }
}

/** Every term of L(q) on the model, by quadrature and by draws on the backend. */
export async function oneDimensional(
  backend: Backend,
  request: OneDimensionalRequest,
): Promise<OneDimensionalResponse> {
  const { mu, logvar } = request;
  const logLikelihood = likelihoodOf(request);
  const check = checkIdentity({ logLikelihood, mu, logvar });
  const noise = evenNoise(4096);
  const begin = performance.now();
  const { reconstruction, kl, elbo: bound } = await sampledTerms(backend, request, noise, false);
  const milliseconds = performance.now() - begin;
  const curves = Array.from({ length: 161 }, (_, i) => {
    const z = -4 + i / 20;
    const prior = normal(z, 0, 0);
    return { z, prior, q: normal(z, mu, logvar), posterior: prior * Math.exp(logLikelihood(z) - check.logEvidence) };
  });
  return { check, sampled: { reconstruction, kl, elbo: bound, draws: noise.length, milliseconds }, curves };
}

export interface AscentResponse {
  path: { mu: number; logvar: number; elbo: number }[];
}

/** Gradient ascent on the ELBO in mu and logvar, by the gradients of `elbo`. */
export async function ascent(
  backend: Backend,
  request: OneDimensionalRequest & { steps: number; rate: number },
  checkpoint: Checkpoint,
): Promise<AscentResponse> {
  const noise = evenNoise(1024);
  const path: AscentResponse['path'] = [];
  let { mu, logvar } = request;
  for (let step = 0; step <= request.steps; step++) {
    await checkpoint();
    const { elbo: bound, gradients } = await sampledTerms(backend, { ...request, mu, logvar }, noise, true);
    path.push({ mu, logvar, elbo: bound });
    // Each draw is an image of its own here, so the gradient of the shared mu is the sum over the batch.
    const total = (tensor: Tensor | undefined) =>
      ((tensor?.dataSync() ?? new Float32Array()) as Float32Array).reduce((sum, value) => sum + value, 0);
    mu += request.rate * total(gradients?.mu);
    logvar += request.rate * total(gradients?.logvar);
    for (const tensor of Object.values(gradients ?? {})) (tensor as Tensor).dispose();
  }
  return { path };
}

export interface ImageFloorResponse {
  count: number;
  shape: readonly number[];
  floor: number;
  plateau: number;
  untrained: number;
  /** The first images, [shown, rows * columns] in [0, 1]. */
  pixels: Float32Array;
  shown: number;
  rows: number;
  columns: number;
}

/** Floor and plateau of an IDX file of images that the reader chose. */
export async function imageFloor(_: Backend, { bytes }: { bytes: ArrayBuffer }): Promise<ImageFloorResponse> {
  const idx = await readIdx(bytes);
  const images = imagesFromIdx(idx);
  const [count, size] = images.shape;
  const shown = Math.min(count, 24);
  const [, rows = 1, columns = size] = idx.shape;
  return {
    count,
    shape: idx.shape,
    floor: entropyFloor(images),
    plateau: collapsePlateau(images, constantBernoulliLogits(images)),
    untrained: collapsePlateau(images, new Float64Array(size)),
    pixels: batchOf(images, 0, shown),
    shown,
    rows,
    columns: idx.shape.length > 2 ? columns : size,
  };
}
