import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backend } from '@dlv/kernels';
import {
  batchOf,
  collapsePlateau,
  constantBernoulliLogits,
  entropyFloor,
  type Images,
  imagesFromIdx,
  readIdx,
} from '@dlv/vae';
import { nats } from './figures.js';
import { LinearVae } from './linear-vae.js';
import { normals, randomStream } from './random.js';
import { core, type ElboTerms, type ImageReport, type Progress, verdictOf } from './report.js';
import { strokeImages } from './strokes.js';

/** How the model of the report is trained. */
export interface Training {
  latents: number;
  batch: number;
  steps: number;
  learningRate: number;
  /** Images of the test set that the trained model is evaluated on. */
  evaluated: number;
}

const usual: Training = { latents: 20, batch: 128, steps: 400, learningRate: 3e-3, evaluated: 2000 };

interface ImageSets {
  source: ImageReport['source'];
  description: string;
  train: Images;
  test: Images;
}

async function readImages(folder: string, stem: string): Promise<Images> {
  const found = [stem, `${stem}.gz`].map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`DLV_MNIST: ${folder} has neither ${stem} nor ${stem}.gz`);
  return imagesFromIdx(await readIdx(await readFile(found)));
}

/** Real digits where DLV_MNIST names their folder, otherwise procedural strokes. */
async function imageSets(folder: string | undefined): Promise<ImageSets> {
  if (folder === undefined) {
    const drawn = (count: number, seed: number): Images => ({
      data: strokeImages(count, seed).pixels,
      shape: [count, 784],
    });
    return {
      source: 'procedural',
      description:
        'Procedural strokes and ellipses of 28 x 28 pixels, 4000 for training and 1000 for the test (seeds 1 and 2). They are no MNIST: set DLV_MNIST to a folder with its four files to see real digits here.',
      train: drawn(4000, 1),
      test: drawn(1000, 2),
    };
  }
  const [train, test] = await Promise.all([
    readImages(folder, 'train-images-idx3-ubyte'),
    readImages(folder, 't10k-images-idx3-ubyte'),
  ]);
  return {
    source: 'mnist',
    description: `MNIST digits, ${train.shape[0]} for training and ${test.shape[0]} for the test, pixels / 255.`,
    train,
    test,
  };
}

/** The ELBO of real or procedural images: floor, plateau, and a linear VAE trained on them now. */
export async function imageReport(
  backend: Backend,
  folder: string | undefined,
  { signal, onProgress }: Progress = {},
  training: Training = usual,
): Promise<ImageReport> {
  const { train, test, source, description } = await imageSets(folder);
  const pixels = test.shape[1];
  const constant = constantBernoulliLogits(train);
  const floor = entropyFloor(test);
  const plateau = collapsePlateau(test, constant);
  const untrained = collapsePlateau(test, new Float64Array(pixels));

  const { latents, batch, steps, learningRate } = training;
  const random = randomStream(5);
  const model = new LinearVae(backend, pixels, latents, { random, learningRate, decoderBias: constant });
  const start = performance.now();
  const curve: ImageReport['curve'] = [];
  let last: ElboTerms = { images: 0, reconstruction: 0, kl: 0, elbo: 0 };
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    const terms = await model.train(pick(train, batch, random.uniform), normals(random, batch * latents));
    last = { images: batch, reconstruction: terms.reconstruction, kl: terms.kl, elbo: terms.elbo };
    if (step % Math.max(1, Math.floor(steps / 10)) === 0 || step === steps - 1) {
      curve.push({ step, loss: -terms.elbo });
      onProgress?.(`training on images: step ${step + 1} of ${steps}, -ELBO ${nats(-terms.elbo)}`);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  const held = await evaluated(model, test, Math.min(training.evaluated, test.shape[0]), signal);
  const checks = [
    core(
      'ELBO = reconstruction - KL on the test set',
      Math.abs(held.elbo - (held.reconstruction - held.kl)) < 1e-9,
      `${nats(held.reconstruction)} - ${nats(held.kl)} = ${nats(held.elbo)}`,
    ),
    core(
      'no reconstruction passes the floor',
      -held.reconstruction >= floor,
      `${nats(-held.reconstruction)}, floor ${nats(floor)}`,
    ),
    core(
      'the trained model uses its code: -ELBO lies below the plateau',
      -held.elbo < plateau && held.kl > 0,
      `${nats(-held.elbo)}, plateau ${nats(plateau)}, KL ${nats(held.kl)}`,
    ),
    core(
      'all logits at 0 cost ln 2 per pixel',
      Math.abs(untrained - pixels * Math.LN2) < 1e-6 * untrained,
      `${nats(untrained)} for ${pixels} pixels`,
    ),
  ];
  return {
    source,
    description,
    trainImages: train.shape[0],
    testImages: test.shape[0],
    pixels,
    floor,
    plateau,
    untrained,
    model: {
      description: `linear encoder and decoder, ${pixels}-${latents}-${pixels}, Bernoulli likelihood`,
      latentSize: latents,
      batch,
      steps,
      seconds,
      parameters: model.parameterCount,
    },
    train: last,
    test: held,
    curve,
    checks,
    verdict: verdictOf(checks),
  };
}

/** Random images, with replacement. */
function pick(images: Images, count: number, uniform: () => number): Float32Array {
  const size = images.shape[1];
  const batch = new Float32Array(count * size);
  for (let i = 0; i < count; i++) {
    const at = Math.floor(uniform() * images.shape[0]);
    batch.set(batchOf(images, at, at + 1), i * size);
  }
  return batch;
}

/** The ELBO over the first `count` images of a set, by batches. */
async function evaluated(model: LinearVae, images: Images, count: number, signal?: AbortSignal): Promise<ElboTerms> {
  const random = randomStream(6);
  let [reconstruction, kl] = [0, 0];
  for (let begin = 0; begin < count; begin += 500) {
    signal?.throwIfAborted();
    const end = Math.min(begin + 500, count);
    const terms = await model.evaluate(batchOf(images, begin, end), normals(random, (end - begin) * model.latents));
    reconstruction += (terms.reconstruction * (end - begin)) / count;
    kl += (terms.kl * (end - begin)) / count;
  }
  return { images: count, reconstruction, kl, elbo: reconstruction - kl };
}
