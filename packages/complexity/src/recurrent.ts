import { type Architecture, activation } from './architecture.js';
import { ComplexityError, rejectUnknownKeys, requireSize, show } from './errors.js';
import { Polynomial } from './polynomial.js';
import { chain, elementwise, product } from './span.js';

export interface RecurrentOptions {
  /** Width m of the input of the first layer, a number or a polynomial such as `Polynomial.symbol('m')`. Default n. */
  readonly inputSize?: number | Polynomial;
  /** Bias vectors per gate: 2 in PyTorch and cuDNN, 1 in Keras, 0 for none. Changes `parameters` only. Default 2. */
  readonly biases?: 0 | 1 | 2;
}

interface Cell {
  readonly name: 'RNN' | 'GRU' | 'LSTM';
  /** Matrices of each kind (input, recurrent) in one cell. */
  readonly gates: bigint;
  /** Vectors of width n kept per timestep and layer for backpropagation through time. */
  readonly saved: readonly string[];
  /** Vectors of width n carried from one timestep to the next. */
  readonly state: readonly string[];
  /** Elementwise operations on the critical path of one cell, after the matrix product. */
  readonly elementwise: number;
}

const cells = {
  // h' = tanh(W x + U h); tanh' = 1 - h'^2, so the output alone is enough for the backward pass.
  rnn: { name: 'RNN', gates: 1n, saved: ['hidden state'], state: ['hidden state'], elementwise: 1 },
  // h' = (1 - z) c + z h, c = tanh(W x + r (U h)): sigmoid, times r, plus, tanh, times, plus. Cho et al. 2014 in cuDNN's form.
  gru: {
    name: 'GRU',
    gates: 3n,
    saved: ['hidden state', 'reset gate', 'update gate', 'candidate', 'recurrent part of the candidate'],
    state: ['hidden state'],
    elementwise: 6,
  },
  // c' = f c + i g, h' = o tanh(c'): sigmoid, times, plus, tanh, times. Hochreiter and Schmidhuber 1997 with a forget gate.
  lstm: {
    name: 'LSTM',
    gates: 4n,
    saved: ['hidden state', 'cell state', 'input gate', 'forget gate', 'cell candidate', 'output gate'],
    state: ['hidden state', 'cell state'],
    elementwise: 5,
  },
} as const satisfies Record<string, Cell>;

function readInputSize(where: string, value: unknown): Polynomial {
  if (value instanceof Polynomial) return value;
  if (typeof value !== 'number') {
    throw new ComplexityError(`${where}: inputSize is ${show(value)}, expected a positive integer or a Polynomial`);
  }
  return Polynomial.constant(requireSize(where, 'inputSize', value));
}

function recurrent(cell: Cell, options: RecurrentOptions): Architecture {
  const where = `architectures.${cell.name.toLowerCase()}`;
  rejectUnknownKeys(where, options, ['inputSize', 'biases']);
  const biases = options.biases ?? 2;
  if (biases !== 0 && biases !== 1 && biases !== 2) {
    throw new ComplexityError(`${where}: biases is ${show(biases)}, expected 0, 1 or 2`);
  }
  const [n, l, t] = ['n', 'l', 't'].map(Polynomial.symbol) as [Polynomial, Polynomial, Polynomial];
  const m = options.inputSize === undefined ? n : readInputSize(where, options.inputSize);
  // The first layer reads width m, each of the l - 1 others the width n of the layer below.
  const inputWidths = m.plus(l.minus(1).times(n));
  const input = inputWidths.times(n).times(cell.gates);
  const recurrentWeights = l.times(n.power(2)).times(cell.gates);
  const matrices = (name: string, weights: Polynomial) => ({
    name,
    macs: weights.times(t),
    generationMacs: weights.times(t),
    trainingFactor: 3n,
  });
  const steps = t.plus(l).minus(1);
  const gates = Polynomial.constant(cell.gates);
  const work = activation('gates of the current cell', gates.times(n));
  const states = cell.state.map((name) => activation(name, l.times(n)));
  return {
    name: cell.name,
    products: [matrices('input matrices', input), matrices('recurrent matrices', recurrentWeights)],
    parameters: input.plus(recurrentWeights).plus(l.times(n).times(gates).times(BigInt(biases))),
    trainingMemory: [
      activation('input of the first layer', t.times(m)),
      ...cell.saved.map((name) => activation(name, t.times(l).times(n))),
    ],
    passMemory: [...states, work],
    generationMemory: [...states, work],
    dependency: 'a cell waits for its own state of the timestep before and for the cell of the layer below',
    sequentialSteps: steps,
    maximumPathLength: steps,
    // W x + U h is one product whose inner size is both widths together.
    forwardChain: chain(product(n.times(2)), elementwise(cell.elementwise)),
    // A state's gradient sums over the gates of the next timestep and of the layer above.
    backwardChain: chain(elementwise(cell.elementwise), product(n.times(2).times(gates))),
    // The first layer's W x depends on no state; with a width of its own it runs for all timesteps beforehand.
    inputChain: options.inputSize === undefined ? elementwise(0) : product(m),
    notCounted: [
      'biases, gate nonlinearities and elementwise gate arithmetic (order l*t*n)',
      'embedding, output projection and loss',
      'inputs and outputs of a pass that keeps nothing: they are taken to come and go one timestep at a time',
      'optimizer step and optimizer state',
    ],
  };
}

/** Elman RNN: h' = tanh(W x + U h). 2tn(m + n) FLOP per layer forward. */
export const rnn = (options: RecurrentOptions = {}): Architecture => recurrent(cells.rnn, options);
/** Gated recurrent unit, three gates: 6tn(m + n) FLOP per layer forward. */
export const gru = (options: RecurrentOptions = {}): Architecture => recurrent(cells.gru, options);
/** Long short-term memory, four gates: 8tn(m + n) FLOP per layer forward. */
export const lstm = (options: RecurrentOptions = {}): Architecture => recurrent(cells.lstm, options);
