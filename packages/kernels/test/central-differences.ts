import { expect } from 'vitest';
import { type Backend, createReferenceBackend, type Tensor } from '../src/index.js';

/** Named float32 arrays with shapes: the arguments of an operator under test. */
export type Arguments = Record<string, { data: Float32Array; shape: readonly number[] }>;

/** Deterministic values in (-gain, gain), exact in 16 bits so that steps of 2^-5 are not rounded away. */
export const values = (seed: number, shape: readonly number[], gain = 1) => ({
  shape,
  data: Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    (_, i) => Math.round(gain * 4096 * Math.sin(1e4 * Math.sin(i * 12.9898 + seed * 78.233))) / 4096,
  ),
});

const step = 2 ** -5;

/**
 * Compares gradients on the reference with differences of sum_k weights_k . results_k. Differences of fourth order with steps
 * of 2^-5: the truncation, step^4 / 30 times a fifth derivative, and float32 results over the step, 2^-24 2^5 times
 * their sizes, are both below 1e-5 for results and derivatives of order 1.
 */
export async function checkGradients(
  given: Arguments,
  run: (backend: Backend, tensors: Record<string, Tensor>) => Tensor[],
  gradients: (backend: Backend, tensors: Record<string, Tensor>, weights: Tensor[]) => Record<string, Tensor>,
  tolerance: number,
): Promise<void> {
  const backend = await createReferenceBackend();
  const tensorsOf = (source: Arguments) =>
    Object.fromEntries(Object.entries(source).map(([name, { data, shape }]) => [name, backend.tensor(data, shape)]));
  const results = run(backend, tensorsOf(given));
  const weights = results.map(({ shape }, k) => values(100 + k, shape));
  const loss = (source: Arguments) =>
    backend
      .scope(() => run(backend, tensorsOf(source)).map((tensor) => [tensor.dataSync() as Float32Array]))
      .flat()
      .reduce(
        (total, result, k) =>
          total + result.reduce((sum, value, i) => sum + value * (weights[k]?.data[i] as number), 0),
        0,
      );
  const made = gradients(
    backend,
    tensorsOf(given),
    weights.map(({ data, shape }) => backend.tensor(data, shape)),
  );
  for (const [name, tensor] of Object.entries(made)) {
    const argument = given[name] as Arguments[string];
    expect(tensor.shape, name).toEqual(argument.shape);
    tensor.dataSync().forEach((value, i) => {
      const at = (delta: number) => {
        const data = argument.data.slice();
        data[i] = (data[i] as number) + delta;
        return loss({ ...given, [name]: { data, shape: argument.shape } });
      };
      const difference = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      expect(Math.abs(value - difference), `${name}[${i}] is ${value}, difference ${difference}`).toBeLessThan(
        tolerance,
      );
    });
  }
  backend.dispose();
}
