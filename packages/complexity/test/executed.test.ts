import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyze, architectures, elementsOf, Polynomial, Rational } from '../src/index.js';
import { makeTransformer, runRecurrent } from './counted.js';

const size = (max: number) => fc.integer({ min: 1, max });
const seed = 20240601;

describe('counts equal those of networks that are really executed', () => {
  it.each(['rnn', 'gru', 'lstm'] as const)('%s: multiplications, parameters and the chain of cells', (kind) => {
    const sizes = fc.record({ n: size(4), m: size(4), l: size(3), t: size(4), biases: fc.constantFrom(0, 1, 2) });
    fc.assert(
      fc.property(sizes, ({ biases, ...at }) => {
        const run = runRecurrent(kind, { ...at, biases });
        const architecture = architectures[kind]({ inputSize: Polynomial.symbol('m'), biases: biases as 0 | 1 | 2 });
        const test = analyze(architecture, { phase: 'test', sizes: at });
        expect(test.numbers?.macs).toBe(run.multiplications);
        expect(test.numbers?.parameters).toBe(run.parameters);
        expect(test.numbers?.sequentialSteps).toBe(run.longestChain);
        expect(run.output.flat().every(Number.isFinite)).toBe(true);
      }),
      { seed, numRuns: 30 },
    );
  });

  const shape = fc.record({
    h: size(2),
    d: size(2),
    l: size(2),
    t: size(4),
    ffn: size(5),
    gated: fc.boolean(),
    biases: fc.boolean(),
  });

  it('Transformer: multiplications and parameters of a pass, a generation with and without a cache', () => {
    fc.assert(
      fc.property(shape, ({ h, d, l, t, ffn, gated, biases }) => {
        const n = h * d;
        const network = makeTransformer({ n, h, l, ffn, gated, biases });
        const tokens = network.inputs(t);
        const architecture = architectures.transformer({
          feedForwardRatio: new Rational(BigInt(ffn), BigInt(n)),
          gated,
          biases,
        });
        const sizes = { n, h, l, t };
        const analysis = (generation: 'none' | 'cached' | 'uncached') =>
          analyze(architecture, { phase: 'test', generation, sizes });
        expect(analysis('none').numbers?.parameters).toBe(network.parameters);
        expect(analysis('none').numbers?.macs).toBe(network.pass(tokens).multiplications);
        const generated = network.generate(tokens);
        expect(analysis('cached').numbers?.macs).toBe(generated.multiplications);
        expect(elementsOf(analysis('cached'), 'cached keys and values').evaluate(sizes).toNumber()).toBe(
          generated.cached,
        );
        expect(analysis('uncached').numbers?.macs).toBe(network.generateUncached(tokens).multiplications);
      }),
      { seed, numRuns: 30 },
    );
  });

  it('the executed generation is a true one: it gives what the causal pass gives', () => {
    const network = makeTransformer({ n: 4, h: 2, l: 2, ffn: 8, gated: false, biases: true });
    const tokens = network.inputs(4);
    const [stepwise, atOnce] = [network.generate(tokens), network.causalPass(tokens)];
    for (const [i, token] of stepwise.output.entries()) {
      for (const [j, value] of token.entries()) expect(value).toBeCloseTo(atOnce.output[i]![j]!, 12);
    }
    expect(stepwise.multiplications).toBe(atOnce.multiplications);
  });
});

describe('the backward pass', () => {
  /** A[rows, inner] B[inner, columns], counting multiplications. */
  const counter = { multiplications: 0 };
  const multiply = (a: number[][], b: number[][]): number[][] =>
    a.map((row) =>
      b[0]!.map((_, j) =>
        row.reduce((sum, value, k) => {
          counter.multiplications++;
          return sum + value * b[k]![j]!;
        }, 0),
      ),
    );
  const transpose = (a: number[][]): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
  const matrix = (rows: number, columns: number, shift: number): number[][] =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => Math.sin(shift + 3 * i + j)));

  it('of attention with one head costs twice its forward pass, and its gradient is right', () => {
    const [t, n] = [3, 2];
    const [k, v] = [matrix(t, n, 2), matrix(t, n, 3)];
    const forward = (q: number[][]) => {
      const weights = multiply(q, transpose(k)).map((row) => {
        const powers = row.map(Math.exp);
        const total = powers.reduce((sum, power) => sum + power, 0);
        return powers.map((power) => power / total);
      });
      return { weights, output: multiply(weights, v) };
    };
    const q = matrix(t, n, 1);
    counter.multiplications = 0;
    const { weights } = forward(q);
    const forwardCount = counter.multiplications;
    // The loss is the sum of all outputs.
    const outputGradient = matrix(t, n, 0).map((row) => row.map(() => 1));
    multiply(transpose(weights), outputGradient); // values
    const weightsGradient = multiply(outputGradient, transpose(v));
    const scoresGradient = weights.map((row, i) => {
      const mean = row.reduce((sum, weight, j) => sum + weight * weightsGradient[i]![j]!, 0);
      return row.map((weight, j) => weight * (weightsGradient[i]![j]! - mean));
    });
    const queryGradient = multiply(scoresGradient, k);
    multiply(transpose(scoresGradient), q); // keys
    const all = counter.multiplications;

    const loss = (by: number): number =>
      forward(q.map((row, i) => row.map((value, j) => (i === 1 && j === 0 ? value + by : value))))
        .output.flat()
        .reduce((a, b) => a + b);
    expect(queryGradient[1]![0]).toBeCloseTo((loss(1e-5) - loss(-1e-5)) / 2e-5, 8);

    const core = (phase: 'training' | 'test') =>
      analyze(architectures.transformer(), { phase })
        .terms.filter(({ name }) => ['attention scores', 'weighted values'].includes(name))
        .reduce((sum, { flops }) => sum + flops.evaluate({ n, l: 1, t }).toNumber() / 2, 0);
    expect([core('test'), core('training')]).toEqual([forwardCount, all]);
  });

  it('of an RNN layer costs twice its forward pass, and its gradient is right', () => {
    const [t, n] = [3, 2];
    const [input, recurrent] = [matrix(n, n, 1), matrix(n, n, 2)];
    const inputs = Array.from({ length: t }, (_, i) => matrix(n, 1, i));
    const forward = (weights: number[][]) => {
      const states = [matrix(n, 1, 0).map(() => [0])];
      for (const x of inputs) {
        const [a, b] = [multiply(input, x), multiply(weights, states.at(-1)!)];
        states.push(a.map((row, i) => [Math.tanh(row[0]! + b[i]![0]!)]));
      }
      return states;
    };
    counter.multiplications = 0;
    const states = forward(recurrent);
    const forwardCount = counter.multiplications;
    // The loss is the sum of the last state.
    let stateGradient = states[t]!.map(() => [1]);
    const gradient = recurrent.map((row) => row.map(() => 0));
    for (let time = t - 1; time >= 0; time--) {
      const cell = stateGradient.map((row, i) => [row[0]! * (1 - states[time + 1]![i]![0]! ** 2)]);
      multiply(cell, transpose(inputs[time]!)); // input weights
      multiply(transpose(input), cell); // inputs
      const added = multiply(cell, transpose(states[time]!));
      for (const [i, row] of added.entries()) for (const [j, value] of row.entries()) gradient[i]![j]! += value;
      stateGradient = multiply(transpose(recurrent), cell);
    }
    const all = counter.multiplications;

    const loss = (by: number): number =>
      forward(recurrent.map((row, i) => row.map((value, j) => (i === 0 && j === 1 ? value + by : value))))
        .at(-1)!
        .flat()
        .reduce((a, b) => a + b);
    expect(gradient[0]![1]).toBeCloseTo((loss(1e-5) - loss(-1e-5)) / 2e-5, 8);

    const macs = (phase: 'training' | 'test') =>
      analyze(architectures.rnn(), { phase, sizes: { n, l: 1, t } }).numbers?.macs;
    expect([macs('test'), macs('training')]).toEqual([forwardCount, all]);
  });
});
