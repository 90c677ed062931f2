import { describe } from 'vitest';
import type { Backend, Tensor } from '../src/index.js';
import { type OnnxArray, type OnnxCase, testOnnxCases } from './onnx-cases.js';

// Sequences by looping the steps. ONNX stacks the gates as z, r, h (GRU) and i, o, f, c (LSTM), its biases as [Wb, Rb].

const orders: Record<string, number[]> = { RNN: [0], GRU: [1, 0, 2], LSTM: [0, 2, 3, 1] };

/** Rows of [gates n, width] in another order of the gates. */
function reorder(data: Float32Array, order: readonly number[]): Float32Array {
  const part = data.length / order.length;
  const out = new Float32Array(data.length);
  for (const [to, from] of order.entries()) out.set(data.subarray(from * part, (from + 1) * part), to * part);
  return out;
}

function run(backend: Backend, { op, attributes, inputs }: OnnxCase): (OnnxArray | undefined)[] {
  const [X, W, R, bias] = inputs as [OnnxArray, OnnxArray, OnnxArray, OnnxArray?];
  const batchFirst = attributes.layout === 1;
  const [first, second, I] = X.shape as [number, number, number];
  const [T, B] = batchFirst ? [second, first] : [first, second];
  const n = attributes.hidden_size as number;
  const order = orders[op]!;
  const rows = order.length * n;
  const inputWeights = backend.tensor(reorder(W.data, order), [rows, I]);
  const hiddenWeights = backend.tensor(reorder(R.data, order), [rows, n]);
  const [inputBias, hiddenBias] = [0, 1].map((half) =>
    reorder(bias ? bias.data.subarray(half * rows, (half + 1) * rows) : new Float32Array(rows), order),
  ) as [Float32Array, Float32Array];
  const sum = backend.tensor(
    inputBias.map((value, i) => value + hiddenBias[i]!),
    [rows],
  );
  const zero = backend.tensor(new Float32Array(B * n), [B, n]);
  let state: { h: Tensor; c: Tensor } = { h: zero, c: zero };
  const outputs: Float32Array[] = [];
  for (let t = 0; t < T; t++) {
    const at = (b: number) => (batchFirst ? b * T + t : t * B + b) * I;
    const step = Float32Array.from({ length: B * I }, (_, k) => X.data[at(Math.floor(k / I)) + (k % I)]!);
    const x = backend.tensor(step, [B, I]);
    if (op === 'RNN') state.h = backend.rnnStep(x, state.h, { inputWeights, hiddenWeights, bias: sum });
    if (op === 'LSTM') state = backend.lstmStep(x, state, { inputWeights, hiddenWeights, bias: sum });
    if (op === 'GRU') {
      const biases = { inputBias: backend.tensor(inputBias, [rows]), hiddenBias: backend.tensor(hiddenBias, [rows]) };
      const resetAfter = attributes.linear_before_reset === 1;
      state.h = backend.gruStep(x, state.h, { inputWeights, hiddenWeights, ...biases }, { resetAfter }).h;
    }
    outputs.push(state.h.dataSync() as Float32Array);
  }
  const last = outputs.at(-1)!;
  // The cases that ask for the whole sequence have one step, so Y holds the same numbers as Y_h.
  const whole = batchFirst ? [B, T, 1, n] : [T, 1, B, n];
  return [
    T === 1 ? { data: last, shape: whole } : undefined,
    { data: last, shape: batchFirst ? [B, 1, n] : [1, B, n] },
  ];
}

describe('ONNX RNN, GRU and LSTM cases', () => {
  const missing = ({ attributes, inputs }: OnnxCase) => {
    if (attributes.direction && attributes.direction !== 'forward') return `direction ${attributes.direction}`;
    if (attributes.activations || attributes.clip) return 'other activations or clipping';
    return inputs.slice(4).some(Boolean) ? 'sequence lengths, an initial state or peepholes' : undefined;
  };
  testOnnxCases(['RNN', 'GRU', 'LSTM'], missing, run);
});
