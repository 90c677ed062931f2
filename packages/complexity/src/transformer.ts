import { type Architecture, activation, type MemoryItem, type Product } from './architecture.js';
import { ComplexityError, rejectUnknownKeys, requireBoolean, requireChoice, show } from './errors.js';
import { Polynomial } from './polynomial.js';
import { Quotient } from './quotient.js';
import { Rational } from './rational.js';
import { positive } from './sizes.js';
import { chain, elementwise, product, reduction } from './span.js';

export interface TransformerOptions {
  /** Feed-forward width over n: a positive number, Rational (8/3) or a polynomial such as `Polynomial.symbol('r')`. Default 4. */
  readonly feedForwardRatio?: number | Rational | Polynomial;
  /** Three feed-forward matrices (SwiGLU, GEGLU) instead of two. Default false. */
  readonly gated?: boolean;
  /**
   * Whether the h*t^2 attention weights are stored (`materialised`, the default) or recomputed by tiles (`tiled`, Flash
   * attention: no h*t^2 memory, one more Q K^T in the backward pass).
   */
  readonly scores?: 'materialised' | 'tiled';
  /** Count half of the attention core, as a causal kernel that skips hidden blocks runs. Default false. */
  readonly causalHalved?: boolean;
  /** Dropout after the attention weights, the output projection and the feed-forward, in training. Default false. */
  readonly dropout?: boolean;
  /** Biases in every matrix and in the layer norms. Default true. */
  readonly biases?: boolean;
}

function readRatio(value: unknown): Polynomial {
  if (value instanceof Polynomial) return value;
  const ratio = positive(value);
  if (!ratio) {
    throw new ComplexityError(
      `architectures.transformer: feedForwardRatio is ${show(value)}, expected a positive number, Rational or Polynomial`,
    );
  }
  return Polynomial.constant(ratio);
}

function readOptions(options: TransformerOptions) {
  const where = 'architectures.transformer';
  rejectUnknownKeys(where, options, ['feedForwardRatio', 'gated', 'scores', 'causalHalved', 'dropout', 'biases']);
  const flag = (name: 'gated' | 'causalHalved' | 'dropout' | 'biases', standard: boolean): boolean =>
    requireBoolean(where, name, options[name] ?? standard);
  return {
    ratio: readRatio(options.feedForwardRatio ?? 4),
    gated: flag('gated', false),
    tiled:
      requireChoice(where, 'scores', options.scores ?? 'materialised', ['materialised', 'tiled'] as const) === 'tiled',
    causalHalved: flag('causalHalved', false),
    dropout: flag('dropout', false),
    biases: flag('biases', true),
  };
}

/**
 * A stack of Transformer encoder or decoder-only blocks (Vaswani et al. 2017): multi-head attention with n = h*d, a
 * position-wise feed-forward of width r*n, two layer norms, two residuals. Per block forward, r = 4: 24tn^2 + 4t^2n FLOP,
 * 12n^2 + 13n parameters.
 */
export function transformer(options: TransformerOptions = {}): Architecture {
  const { ratio, gated, tiled, causalHalved, dropout, biases } = readOptions(options);
  const [n, l, t, h] = ['n', 'l', 't', 'h'].map(Polynomial.symbol) as [Polynomial, Polynomial, Polynomial, Polynomial];
  const tokens = t.times(n);
  const scores = h.times(t.power(2));
  const hidden = tokens.times(ratio);

  const linear = (name: string, weights: Polynomial): Product => {
    const macs = l.times(t).times(weights);
    return { name, macs, generationMacs: macs, trainingFactor: 3n };
  };
  // Token i of a generation looks at i keys: t(t + 1)/2 pairs instead of t^2.
  const core = (name: string, trainingFactor: bigint): Product => ({
    name,
    macs: l
      .times(t.power(2))
      .times(n)
      .times(new Rational(1n, causalHalved ? 2n : 1n)),
    generationMacs: l.times(t).times(t.plus(1)).times(n).times(new Rational(1n, 2n)),
    trainingFactor,
  });
  const matrices = gated ? 3 : 2;
  const feedForward = n.power(2).times(ratio).times(matrices);
  const weights = n.power(2).times(4).plus(feedForward).plus(n.times(2));
  const biasCount = n
    .times(4)
    .plus(n.times(ratio).times(matrices - 1))
    .plus(n)
    .plus(n.times(2));

  const perLayer = (name: string, elements: Polynomial, format?: MemoryItem['format']) =>
    activation(name, l.times(elements), format);
  const storedScores = [
    perLayer('attention weights', scores),
    ...(dropout
      ? [perLayer('attention weights after dropout', scores), perLayer('attention dropout mask', scores, 'mask')]
      : []),
  ];
  // Sum, divide, subtract, square, sum, divide, add epsilon, inverse root, multiply, gain; biases are counted nowhere.
  const norm = chain(reduction(n), reduction(n), elementwise(8));
  // Gain, times the normalised value, sum (two at once), divide, times the normalised value, subtract, inverse deviation.
  const normGradient = chain(reduction(n), elementwise(6));
  const wide = n.times(ratio);
  const head = new Quotient(n, h);
  return {
    name: 'Transformer',
    products: [
      linear('query, key and value projections', n.power(2).times(3)),
      // The backward pass of a tiled kernel runs Q K^T once more: 5 products for the 2 of the forward pass.
      core('attention scores', tiled ? 4n : 3n),
      core('weighted values', 3n),
      linear('output projection', n.power(2)),
      linear('feed-forward', feedForward),
    ],
    parameters: l.times(biases ? weights.plus(biasCount) : weights),
    // Korthikanti et al. 2022, section 4: with dropout and 2-byte numbers these are tn(34 + 5ht/n) bytes per layer.
    trainingMemory: [
      perLayer('inputs of the two layer norms', tokens.times(2)),
      perLayer('input of the attention projections', tokens),
      perLayer('queries, keys and values', tokens.times(3)),
      ...(tiled ? [] : storedScores),
      perLayer('input of the output projection', tokens),
      perLayer('input of the feed-forward', tokens),
      perLayer('inputs of the feed-forward nonlinearity', gated ? hidden.times(2) : hidden),
      perLayer('input of the last feed-forward matrix', hidden),
      ...(dropout ? [perLayer('residual dropout masks', tokens.times(2), 'mask')] : []),
    ],
    passMemory: [
      activation('residual stream', tokens),
      activation('queries, keys and values', tokens.times(3)),
      ...(tiled ? [] : [activation('attention weights', scores)]),
      activation('feed-forward hidden layer', gated ? hidden.times(2) : hidden),
    ],
    generationMemory: [
      activation('cached keys and values', l.times(tokens).times(2)),
      activation('residual stream of one token', n),
      activation('query of one token', n),
      ...(tiled ? [] : [activation('attention weights of one token', h.times(t))]),
      activation('feed-forward hidden layer of one token', gated ? wide.times(2) : wide),
    ],
    dependency: 'a block waits for the block of the layer below, for all timesteps at once',
    sequentialSteps: l,
    maximumPathLength: l,
    forwardChain: chain(
      norm,
      product(n),
      product(head),
      // Softmax: maximum, subtract and exponentiate, sum, divide.
      chain(reduction(t), elementwise(2), reduction(t), elementwise(1)),
      product(t),
      product(n),
      elementwise(1),
      norm,
      product(n),
      elementwise(gated ? 2 : 1),
      product(wide),
      elementwise(1),
    ),
    // The same blocks in reverse: each product's inner size becomes the width it produced. A norm's gradient needs two sums
    // that run at once, a softmax's one. A tiled kernel's second Q K^T waits for nothing and is off the path.
    backwardChain: chain(
      product(n),
      elementwise(gated ? 2 : 1),
      product(gated ? wide.times(2) : wide),
      normGradient,
      elementwise(1),
      product(n),
      product(head),
      chain(elementwise(1), reduction(t), elementwise(2)),
      product(t),
      product(n.times(3)),
      normGradient,
      elementwise(1),
    ),
    inputChain: elementwise(0),
    notCounted: [
      'softmax, about 5*h*t^2 operations per layer',
      'biases, layer norms, nonlinearity, residuals and dropout (order l*t*n)',
      'embedding, logits (2*t*n*V FLOP for V words) and loss',
      'optimizer step and optimizer state',
      ...(tiled ? ["memory of the kernel's tiles and of one log-sum-exp per query and head (l*h*t elements)"] : []),
    ],
  };
}
