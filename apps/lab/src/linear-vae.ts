import type { Backend, Tensor } from '@dlv/kernels';
import { type Elbo, elbo } from '@dlv/vae';
import { normals, type RandomStream } from './random.js';

/** Parameters of a VAE whose encoder and decoder are one matrix and one bias each. */
interface Parameters {
  /** [E, 2K]: pixels to mu and logvar */
  encoder: Float32Array;
  /** [2K] */
  encoderBias: Float32Array;
  /** [K, E]: z to logits */
  decoder: Float32Array;
  /** [E] */
  decoderBias: Float32Array;
}

/** Adam. Source: Kingma and Ba 2015, algorithm 1, with its default decay rates. */
class Adam {
  readonly #moments = new Map<Float32Array, { first: Float32Array; second: Float32Array }>();
  #step = 0;

  constructor(readonly learningRate: number) {}

  /** Moves each parameter along its gradient, which is of an objective to be maximised. */
  ascend(pairs: readonly (readonly [parameter: Float32Array, gradient: ArrayLike<number>])[]): void {
    this.#step++;
    const rate = (this.learningRate * Math.sqrt(1 - 0.999 ** this.#step)) / (1 - 0.9 ** this.#step);
    for (const [parameter, gradient] of pairs) {
      let moments = this.#moments.get(parameter);
      if (!moments) {
        moments = { first: new Float32Array(parameter.length), second: new Float32Array(parameter.length) };
        this.#moments.set(parameter, moments);
      }
      const { first, second } = moments;
      for (let i = 0; i < parameter.length; i++) {
        const g = gradient[i] as number;
        const m = 0.9 * (first[i] as number) + 0.1 * g;
        const v = 0.999 * (second[i] as number) + 0.001 * g * g;
        first[i] = m;
        second[i] = v;
        parameter[i] = (parameter[i] as number) + (rate * m) / (Math.sqrt(v) + 1e-8);
      }
    }
  }
}

const columnSums = (values: ArrayLike<number>, columns: number): Float32Array => {
  const sums = new Float32Array(columns);
  for (let i = 0; i < values.length; i++) sums[i % columns] = (sums[i % columns] as number) + (values[i] as number);
  return sums;
};

/** x [B, E] times weights [E, N] plus bias [N], on the host's side of the product. */
function affine(backend: Backend, x: Tensor, weights: Tensor, bias: Float32Array): Float32Array {
  using product = backend.gemm(x, weights);
  return (product.dataSync() as Float32Array).map((value, i) => value + (bias[i % bias.length] as number));
}

/**
 * A linear VAE with Bernoulli likelihood, trained by the gradients of `elbo`. It is small enough for a report and still shows
 * what the two terms do.
 */
export class LinearVae {
  readonly parameterCount: number;
  readonly #parameters: Parameters;
  readonly #adam: Adam;

  constructor(
    readonly backend: Backend,
    readonly pixels: number,
    readonly latents: number,
    options: { random: RandomStream; learningRate: number; decoderBias: ArrayLike<number> },
  ) {
    const { random, learningRate, decoderBias } = options;
    this.#parameters = {
      encoder: normals(random, pixels * 2 * latents, 0.01),
      encoderBias: new Float32Array(2 * latents),
      decoder: normals(random, latents * pixels, 0.1),
      decoderBias: Float32Array.from(decoderBias),
    };
    this.parameterCount = Object.values(this.#parameters).reduce((sum: number, { length }) => sum + length, 0);
    this.#adam = new Adam(learningRate);
  }

  /** The ELBO of a batch [B, E] with noise [B, K], changing nothing. */
  evaluate(images: Float32Array, eps: Float32Array): Promise<Elbo> {
    return this.#run(images, eps);
  }

  /** The ELBO of a batch, and one Adam step along its gradient. */
  train(images: Float32Array, eps: Float32Array): Promise<Elbo> {
    return this.#run(images, eps, (gradients) => {
      const { encoder, encoderBias, decoder, decoderBias } = this.#parameters;
      this.#adam.ascend([
        [encoder, gradients.encoder],
        [encoderBias, gradients.encoderBias],
        [decoder, gradients.decoder],
        [decoderBias, gradients.decoderBias],
      ]);
    });
  }

  async #run(images: Float32Array, eps: Float32Array, update?: (gradients: Parameters) => void): Promise<Elbo> {
    const { backend, pixels: E, latents: K } = this;
    const { encoder, encoderBias, decoder, decoderBias } = this.#parameters;
    const B = images.length / E;
    const owned: Tensor[] = [];
    const tensor = (data: Float32Array, rows: number, columns: number) => {
      const made = backend.tensor(data, [rows, columns]);
      owned.push(made);
      return made;
    };
    try {
      const x = tensor(images, B, E);
      const decoderWeights = tensor(decoder, K, E);
      const code = affine(backend, x, tensor(encoder, E, 2 * K), encoderBias);
      // The columns of the code are mu then logvar.
      const half = (from: number) =>
        Float32Array.from({ length: B * K }, (_, i) => code[Math.floor(i / K) * 2 * K + from + (i % K)] as number);
      let decoderGradient: Float32Array = new Float32Array();
      const result = await elbo({
        x,
        mu: tensor(half(0), B, K),
        logvar: tensor(half(K), B, K),
        eps: tensor(eps, B, K),
        decode: (z) => backend.tensor(affine(backend, z, decoderWeights, decoderBias), [B, E]),
        ...(update && {
          gradients: true,
          backward: (logits: Tensor, z: Tensor) => {
            using weights = backend.gemm(z, logits, { transposeA: true });
            decoderGradient = weights.dataSync() as Float32Array;
            return backend.gemm(logits, decoderWeights, { transposeB: true });
          },
        }),
      });
      const { gradients } = result;
      if (update && gradients?.mu && gradients.logvar && gradients.z) {
        owned.push(gradients.logits, gradients.z, gradients.mu, gradients.logvar);
        const [mu, logvar] = [gradients.mu.dataSync(), gradients.logvar.dataSync()];
        const codeGradient = Float32Array.from({ length: B * 2 * K }, (_, i) => {
          const [row, column] = [Math.floor(i / (2 * K)), i % (2 * K)];
          return (column < K ? mu[row * K + column] : logvar[row * K + column - K]) as number;
        });
        const weights = backend.gemm(x, tensor(codeGradient, B, 2 * K), { transposeA: true });
        owned.push(weights);
        update({
          encoder: weights.dataSync() as Float32Array,
          encoderBias: columnSums(codeGradient, 2 * K),
          decoder: decoderGradient,
          decoderBias: columnSums(gradients.logits.dataSync(), E),
        });
      }
      const { gradients: _disposed, ...terms } = result;
      return terms;
    } finally {
      for (const made of owned) made.dispose();
    }
  }
}
