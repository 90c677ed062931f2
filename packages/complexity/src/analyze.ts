import { type Architecture, activation, type MemoryItem } from './architecture.js';
import { ComplexityError, rejectUnknownKeys, requireChoice, requireSize, show } from './errors.js';
import { orderOf } from './growth.js';
import { compareSymbols } from './monomial.js';
import { Polynomial } from './polynomial.js';
import { Rational } from './rational.js';
import { readSizes, type Sizes } from './sizes.js';
import { product, type Span, span } from './span.js';

export interface AnalyzeOptions {
  /** `training`: forward and backward pass of one sequence; `test`: forward only. */
  readonly phase: 'training' | 'test';
  /**
   * In the test phase, produce the t timesteps one by one, each from those before it: `cached` keeps the state or the keys
   * and values, `uncached` runs the whole prefix again for every timestep. Default `none`: one pass over t known timesteps.
   */
  readonly generation?: Generation;
  /** Values of all symbols, such as `{ n: 512, l: 6, t: 128, h: 8 }`, to fill `numbers`. Default: none. */
  readonly sizes?: Sizes;
}

/** How the sequence of the test phase comes about, see {@link AnalyzeOptions}. */
export type Generation = 'none' | 'cached' | 'uncached';

/** The costs that are polynomials. */
export interface Quantities<T> {
  readonly parameters: T;
  /** Multiply-accumulates of the matrix products. */
  readonly macs: T;
  /** Floating-point operations: exactly 2 * `macs`, one multiplication and one addition each. */
  readonly flops: T;
  /** Elements of all activations in `memory`. */
  readonly activations: T;
  /** Elements of all weights and weight gradients in `memory`. */
  readonly weights: T;
  /** Cells or blocks that must run one after another. */
  readonly sequentialSteps: T;
  /** Cells or blocks between the first input and the last output (Vaswani et al. 2017, table 1; 1 layer: O(t) and O(1)). */
  readonly maximumPathLength: T;
}

/** Exact cost of one sequence (multiply by the batch size); polynomials in n, l, t and, where they matter, h. */
export interface Analysis extends Quantities<Polynomial> {
  readonly architecture: Architecture['name'];
  readonly phase: 'training' | 'test';
  readonly generation: Generation;
  /** The parts of `flops`. */
  readonly terms: readonly { readonly name: string; readonly flops: Polynomial }[];
  /** Weights (and their gradients in training) and activations. */
  readonly memory: readonly MemoryItem[];
  /** What one cell or block waits for. */
  readonly dependency: string;
  /** Critical path in elementary operations, in the model of `parallelism`. While generating it is an upper bound. */
  readonly span: Span;
  /** How each quantity grows, such as `O(l*t*n^2 + l*t^2*n)`: the symbols grow independently, but h divides n. */
  readonly orders: Quantities<string>;
  /** Each quantity at `sizes` as a double (`flops.evaluate(sizes)` is exact); undefined without `sizes`. */
  readonly numbers: (Quantities<number> & { readonly span: number }) | undefined;
  /** What all of this leaves out. */
  readonly notCounted: readonly string[];
}

/** Sum over t = 1 .. t, by 1 + .. + t = t(t+1)/2 and its relatives: (p+1) S_p = (t+1)^(p+1) - 1 - sum_{k<p} C(p+1,k) S_k. */
function sumOverPrefixes(polynomial: Polynomial): Polynomial {
  const t = Polynomial.symbol('t');
  const sums: Polynomial[] = [];
  for (let p = 0; p <= polynomial.degree('t'); p++) {
    let rest = t
      .plus(1)
      .power(p + 1)
      .minus(1);
    let binomial = 1;
    for (const [k, sum] of sums.entries()) {
      rest = rest.minus(sum.times(binomial));
      binomial = (binomial * (p + 1 - k)) / (k + 1);
    }
    sums.push(rest.times(new Rational(1n, BigInt(p + 1))));
  }
  return Polynomial.sum(polynomial.coefficients('t').map((coefficient, p) => coefficient.times(sums[p] ?? 0)));
}

const sumOf = (items: readonly MemoryItem[], kind: MemoryItem['kind']): Polynomial =>
  Polynomial.sum(items.filter((item) => item.kind === kind).map(({ elements }) => elements));

/**
 * Cells or blocks that run one after another. A generated timestep is fed back, so it leaves the last layer before the next
 * one enters the first: t * l, no wavefront.
 */
function stepsOf({ sequentialSteps }: Architecture, generation: Generation): Polynomial {
  if (generation === 'cached') return Polynomial.symbol('t').times(Polynomial.symbol('l'));
  return generation === 'uncached' ? sumOverPrefixes(sequentialSteps) : sequentialSteps;
}

function spanOf({ forwardChain, backwardChain, inputChain }: Architecture, steps: Polynomial, training: boolean): Span {
  const once = Polynomial.constant(1);
  const forward = [
    { times: once, chain: inputChain },
    { times: steps, chain: forwardChain },
  ];
  if (!training) return span(forward);
  // The gradient of the weights sums over the timesteps at the very end.
  const last = { times: once, chain: product(Polynomial.symbol('t')) };
  return span([...forward, { times: steps, chain: backwardChain }, last]);
}

function mapQuantities<T>(of: Quantities<Polynomial>, change: (cost: Polynomial) => T): Quantities<T> {
  return {
    parameters: change(of.parameters),
    macs: change(of.macs),
    flops: change(of.flops),
    activations: change(of.activations),
    weights: change(of.weights),
    sequentialSteps: change(of.sequentialSteps),
    maximumPathLength: change(of.maximumPathLength),
  };
}

function numbersAt(sizes: Sizes, costs: Quantities<Polynomial>, path: Span): NonNullable<Analysis['numbers']> {
  const needed = Object.values(mapQuantities(costs, ({ symbols }) => symbols)).flat();
  const values = readSizes('analyze', sizes, [...needed, ...path.symbols].sort(compareSymbols));
  return {
    ...mapQuantities(costs, (cost) => cost.evaluate(values).toNumber()),
    span: path.evaluate(values),
  };
}

/**
 * Exact cost of one architecture in one phase. FLOP and MAC count matrix products only; the rest is in `notCounted`.
 *
 * Training counts three products for one of the forward pass: the backward pass of Y = X W is dX = dY W^T and
 * dW = X^T dY, each as large as the forward product; the same holds for both products of attention. Tiled scores cost a
 * fourth for Q K^T. (The first layer's dX is counted although nobody needs it.)
 * @throws ComplexityError for an unknown option or value, for `generation` in the training phase, and for sizes that are
 * missing or no positive integers.
 */
export function analyze(architecture: Architecture, options: AnalyzeOptions): Analysis {
  if (!Array.isArray(architecture?.products)) {
    throw new ComplexityError(
      `analyze: architecture is ${show(architecture)}, expected what architectures.rnn or one of the others returns`,
    );
  }
  rejectUnknownKeys('analyze', options, ['phase', 'generation', 'sizes']);
  const phase = requireChoice('analyze', 'phase', options.phase, ['training', 'test'] as const);
  const generations = ['none', 'cached', 'uncached'] as const;
  const generation = requireChoice('analyze', 'generation', options.generation ?? 'none', generations);
  const training = phase === 'training';
  if (training && generation !== 'none') {
    throw new ComplexityError(
      `analyze: generation is ${show(generation)} with phase 'training', expected phase 'test'`,
    );
  }
  const products = architecture.products.map(({ name, macs, generationMacs, trainingFactor }) => {
    if (training) return { name, macs: macs.times(trainingFactor) };
    if (generation === 'cached') return { name, macs: generationMacs };
    return { name, macs: generation === 'uncached' ? sumOverPrefixes(macs) : macs };
  });
  const { parameters } = architecture;
  let kept = architecture.passMemory;
  if (training) kept = architecture.trainingMemory;
  else if (generation === 'cached') kept = architecture.generationMemory;
  const weight = (name: string): MemoryItem => ({ ...activation(name, parameters), kind: 'weights' });
  const memory = [weight('weights'), ...(training ? [weight('weight gradients')] : []), ...kept];
  const macs = Polynomial.sum(products.map((item) => item.macs));
  const steps = stepsOf(architecture, generation);
  const costs = {
    parameters,
    macs,
    flops: macs.times(2),
    activations: sumOf(memory, 'activations'),
    weights: sumOf(memory, 'weights'),
    sequentialSteps: steps.times(training ? 2 : 1),
    maximumPathLength: architecture.maximumPathLength,
  };
  const path = spanOf(architecture, steps, training);
  const fedBack = generation === 'none' ? '' : 'a timestep waits for the one generated before it; ';
  return {
    ...costs,
    architecture: architecture.name,
    phase,
    generation,
    terms: products.map((item) => ({ name: item.name, flops: item.macs.times(2) })),
    memory,
    dependency: `${fedBack}${architecture.dependency}`,
    span: path,
    orders: mapQuantities(costs, orderOf),
    numbers: options.sizes === undefined ? undefined : numbersAt(options.sizes, costs, path),
    notCounted: architecture.notCounted,
  };
}

function pick<T extends { readonly name: string }>(where: string, items: readonly T[], names: readonly string[]): T[] {
  return names.map((name) => {
    const found = items.find((item) => item.name === name);
    if (found === undefined) {
      const known = items.map((item) => `'${item.name}'`).join(', ');
      throw new ComplexityError(`${where}: name is ${show(name)}, expected one of ${known}`);
    }
    return found;
  });
}

/**
 * FLOP of some parts of an analysis: `flopsOf(block, 'attention scores', 'weighted values')` is the attention core.
 * @throws ComplexityError for a name that is not in `analysis.terms`.
 */
export function flopsOf(analysis: Analysis, ...names: readonly string[]): Polynomial {
  return Polynomial.sum(pick('flopsOf', analysis.terms, names).map(({ flops }) => flops));
}

/**
 * Elements of some parts of an analysis: `elementsOf(generation, 'cached keys and values')`.
 * @throws ComplexityError for a name that is not in `analysis.memory`.
 */
export function elementsOf(analysis: Analysis, ...names: readonly string[]): Polynomial {
  return Polynomial.sum(pick('elementsOf', analysis.memory, names).map(({ elements }) => elements));
}

/**
 * Bytes of some memory items: `bytesPerNumber` for a number, 1 for a mask element. With 2 bytes and dropout, a
 * Transformer's activations are tn(34 + 5ht/n) bytes per layer (Korthikanti et al. 2022, equation 1).
 * @throws ComplexityError unless `bytesPerNumber` is a positive integer.
 */
export function memoryBytes(items: readonly MemoryItem[], bytesPerNumber: number): Polynomial {
  requireSize('memoryBytes', 'bytesPerNumber', bytesPerNumber);
  return Polynomial.sum(items.map(({ elements, format }) => elements.times(format === 'mask' ? 1 : bytesPerNumber)));
}
