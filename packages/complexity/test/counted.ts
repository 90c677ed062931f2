/**
 * Really executed networks in plain loops that count what they do: one count per multiplication of a matrix product, one
 * per stored parameter, and the length of the longest chain of cells that wait for each other. Used as the oracle of the
 * symbolic counts, so nothing here knows a formula.
 */
type Vector = number[];
type Matrix = Vector[];

class Counter {
  multiplications = 0;
  parameters = 0;
  private state = 1;

  /** Some numbers in (-0.5, 0.5); their values decide nothing. */
  random(): number {
    this.state = (this.state * 48271) % 2147483647;
    return this.state / 2147483647 - 0.5;
  }

  weights(rows: number, columns: number): Matrix {
    return Array.from({ length: rows }, () => this.bias(columns));
  }

  bias(length: number): Vector {
    this.parameters += length;
    return this.numbers(length);
  }

  numbers(length: number): Vector {
    return Array.from({ length }, () => this.random());
  }

  dot(a: Vector, b: Vector): number {
    let sum = 0;
    for (const [i, value] of a.entries()) {
      sum += value * b[i]!;
      this.multiplications++;
    }
    return sum;
  }

  /** W x */
  apply(weights: Matrix, x: Vector): Vector {
    return weights.map((row) => this.dot(row, x));
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const add = (...terms: Vector[]): Vector => terms[0]!.map((_, i) => terms.reduce((sum, term) => sum + term[i]!, 0));

export interface RecurrentSizes {
  readonly n: number;
  readonly m: number;
  readonly l: number;
  readonly t: number;
  readonly biases: number;
}

/** Runs t timesteps through l layers; `longestChain` is the number of cells that had to wait for each other. */
export function runRecurrent(kind: 'rnn' | 'gru' | 'lstm', sizes: RecurrentSizes) {
  const { n, m, l, t, biases } = sizes;
  const counter = new Counter();
  const gates = { rnn: 1, gru: 3, lstm: 4 }[kind];
  const layers = Array.from({ length: l }, (_, layer) =>
    Array.from({ length: gates }, () => ({
      input: counter.weights(n, layer === 0 ? m : n),
      recurrent: counter.weights(n, n),
      biases: Array.from({ length: biases }, () => counter.bias(n)),
    })),
  );
  const hidden = layers.map((): Vector => new Array(n).fill(0));
  const memory = layers.map((): Vector => new Array(n).fill(0));
  const doneAt = layers.map(() => 0);
  let longestChain = 0;
  for (let time = 0; time < t; time++) {
    let x = counter.numbers(m);
    let belowDoneAt = 0;
    for (const [i, layer] of layers.entries()) {
      const fromInput = layer.map((gate) => add(counter.apply(gate.input, x), ...gate.biases));
      const fromState = layer.map((gate) => counter.apply(gate.recurrent, hidden[i]!));
      const state = hidden[i]!.map((previous, unit) => {
        const [a, b, c, d] = fromInput.map((part) => part[unit]!) as [number, number, number, number];
        const [e, f, g, h] = fromState.map((part) => part[unit]!) as [number, number, number, number];
        if (kind === 'rnn') return Math.tanh(a + e);
        if (kind === 'gru') {
          const [reset, update] = [sigmoid(a + e), sigmoid(b + f)];
          return (1 - update) * Math.tanh(c + reset * g) + update * previous;
        }
        memory[i]![unit] = sigmoid(b + f) * memory[i]![unit]! + sigmoid(a + e) * Math.tanh(c + g);
        return sigmoid(d + h) * Math.tanh(memory[i]![unit]!);
      });
      hidden[i] = state;
      x = state;
      doneAt[i] = 1 + Math.max(doneAt[i]!, belowDoneAt);
      belowDoneAt = doneAt[i]!;
      longestChain = Math.max(longestChain, doneAt[i]!);
    }
  }
  return { multiplications: counter.multiplications, parameters: counter.parameters, longestChain, output: hidden };
}

export interface TransformerSizes {
  readonly n: number;
  readonly h: number;
  readonly l: number;
  readonly t: number;
  readonly ffn: number;
  readonly gated: boolean;
  readonly biases: boolean;
}

const gelu = (x: number): number => x * sigmoid(1.702 * x);

/** A stack of pre-norm blocks whose weights are drawn once; every run counts its multiplications from zero. */
export function makeTransformer({ n, h, l, ffn, gated, biases }: Omit<TransformerSizes, 't'>) {
  const counter = new Counter();
  const bias = (length: number): Vector => (biases ? counter.bias(length) : new Array(length).fill(0));
  const linear = (from: number, to: number) => ({ weights: counter.weights(to, from), bias: bias(to) });
  const norm = () => ({ gain: counter.bias(n), bias: bias(n) });
  const blocks = Array.from({ length: l }, () => ({
    norms: [norm(), norm()] as const,
    query: linear(n, n),
    key: linear(n, n),
    value: linear(n, n),
    output: linear(n, n),
    up: linear(n, ffn),
    gate: gated ? linear(n, ffn) : undefined,
    down: linear(ffn, n),
  }));
  const d = n / h;

  const through = (layer: { weights: Matrix; bias: Vector }, x: Vector): Vector =>
    add(counter.apply(layer.weights, x), layer.bias);
  const normalise = ({ gain, bias: shift }: { gain: Vector; bias: Vector }, x: Vector): Vector => {
    const mean = x.reduce((sum, value) => sum + value, 0) / n;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    return x.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[i]! + shift[i]!);
  };
  const attend = (query: Vector, keys: Matrix, values: Matrix): Vector =>
    Array.from({ length: h }, (_, head) => {
      const part = (x: Vector): Vector => x.slice(head * d, (head + 1) * d);
      const scores = keys.map((key) => counter.dot(part(query), part(key)) / Math.sqrt(d));
      const largest = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - largest));
      const total = powers.reduce((sum, power) => sum + power, 0);
      const weights = powers.map((power) => power / total);
      return Array.from({ length: d }, (_, i) =>
        counter.dot(
          weights,
          values.map((value) => part(value)[i]!),
        ),
      );
    }).flat();

  type Cache = { keys: Matrix; values: Matrix };
  /** One block on some tokens that follow those in the cache; `visible` tells how many keys token i of them sees. */
  const block = (index: number, tokens: Matrix, cache: Cache, visible: (i: number) => number): Matrix => {
    const { norms, query, key, value, output, up, gate, down } = blocks[index]!;
    const normed = tokens.map((x) => normalise(norms[0], x));
    cache.keys.push(...normed.map((x) => through(key, x)));
    cache.values.push(...normed.map((x) => through(value, x)));
    return tokens.map((x, i) => {
      const seen = visible(i);
      const mixed = attend(through(query, normed[i]!), cache.keys.slice(0, seen), cache.values.slice(0, seen));
      const attended = add(x, through(output, mixed));
      const inner = normalise(norms[1], attended);
      const gateValues = gate && through(gate, inner);
      const wide = through(up, inner).map((unit, j) => (gateValues ? gelu(gateValues[j]!) * unit : gelu(unit)));
      return add(attended, through(down, wide));
    });
  };
  const caches = (): Cache[] => blocks.map(() => ({ keys: [], values: [] }));
  const count = (run: () => Matrix) => {
    counter.multiplications = 0;
    const output = run();
    return { output, multiplications: counter.multiplications };
  };
  return {
    parameters: counter.parameters,
    inputs: (t: number): Matrix => Array.from({ length: t }, () => counter.numbers(n)),
    /** All tokens at once, each seeing all. */
    pass: (tokens: Matrix) =>
      count(() => caches().reduce((x, cache, i) => block(i, x, cache, () => tokens.length), tokens)),
    /** Token after token, each seeing itself and those before it, keys and values kept. `cached` counts their elements. */
    generate(tokens: Matrix) {
      const kept = caches();
      const result = count(() =>
        tokens.map((token, time) => kept.reduce((x, cache, i) => block(i, [x], cache, () => time + 1)[0]!, token)),
      );
      return { ...result, cached: kept.flatMap(({ keys, values }) => [...keys, ...values]).flat().length };
    },
    /** Token after token, each from a whole pass over its prefix, all tokens of which see each other. */
    generateUncached: (tokens: Matrix) =>
      count(() =>
        tokens.map(
          (_, time) =>
            caches()
              .reduce((x, cache, i) => block(i, x, cache, () => time + 1), tokens.slice(0, time + 1))
              .at(-1)!,
        ),
      ),
    /** All tokens at once, token i seeing tokens 0..i: the work a causal kernel cannot avoid. */
    causalPass: (tokens: Matrix) =>
      count(() => caches().reduce((x, cache, i) => block(i, x, cache, (token) => token + 1), tokens)),
  };
}
