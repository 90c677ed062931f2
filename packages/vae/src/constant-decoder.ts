import { ShapeError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { checkFinite } from './arguments.js';
import { checkImages, type Images, pixelScale } from './images.js';

// What the Bernoulli reconstruction term can reach without a latent code, and what it can never pass.

/** x log x, with its limit 0 at 0. */
const xLogX = (x: number): number => (x === 0 ? 0 : x * Math.log(x));

/** log(1 + e^a) without overflow. */
const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));

/**
 * The entropy floor, nats per image: mean over images of -sum_e [x log x + (1 - x) log(1 - x)]. A Bernoulli likelihood of grey
 * pixels reaches its maximum at p = x, where -log p(x) is this entropy, so no decoder has a lower reconstruction loss.
 */
export function entropyFloor(images: Images): number {
  const fn = 'entropyFloor';
  checkImages(fn, 'images', images);
  const scale = pixelScale(images);
  let sum = 0;
  for (const value of images.data) {
    const x = value * scale;
    sum -= xLogX(x) + xLogX(1 - x);
  }
  return sum / images.shape[0];
}

/**
 * The logits [E] of the best decoder that ignores its latent code: logit of the pixel means, (sum + smoothing) / (N + 2 smoothing).
 * With `smoothing` 0 a pixel that is black in all images gets -Infinity, and a later image with ink there the likelihood 0.
 */
export function constantBernoulliLogits(images: Images, options: { smoothing?: number } = {}): Float64Array {
  const fn = 'constantBernoulliLogits';
  checkImages(fn, 'images', images);
  checkOptions(fn, options, ['smoothing']);
  const smoothing = checkFinite(fn, 'smoothing', options.smoothing ?? 0.5, 0);
  const [count, size] = images.shape;
  const sums = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    for (let e = 0; e < size; e++) sums[e] = (sums[e] as number) + (images.data[i * size + e] as number);
  }
  const scale = pixelScale(images);
  return sums.map((sum) => Math.log(sum * scale + smoothing) - Math.log(count - sum * scale + smoothing));
}

/**
 * The collapse plateau, nats per image: the mean of -log p(x | logits) with the same logits for every image. A VAE whose
 * posterior has collapsed to the prior (KL = 0) can do no better than this on the data the logits were fitted to.
 */
export function collapsePlateau(images: Images, logits: ArrayLike<number>): number {
  const fn = 'collapsePlateau';
  checkImages(fn, 'images', images);
  const [count, size] = images.shape;
  if (logits.length !== size) {
    throw new ShapeError(`${fn}: logits has ${logits.length} values, expected one per pixel, ${size}`);
  }
  const scale = pixelScale(images);
  // x l - softplus(l) is linear in x, so the pixel sums are enough.
  let sum = 0;
  for (let e = 0; e < size; e++) {
    const logit = logits[e] as number;
    let ink = 0;
    for (let i = 0; i < count; i++) ink += images.data[i * size + e] as number;
    sum += count * softplus(logit) - (ink === 0 ? 0 : ink * scale * logit);
  }
  return sum / count;
}
