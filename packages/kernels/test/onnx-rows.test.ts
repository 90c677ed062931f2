import { describe } from 'vitest';
import type { Backend, Tensor } from '../src/index.js';
import { type OnnxArray, type OnnxCase, testOnnxCases } from './onnx-cases.js';

// Operators over the last axis, or over the last few as one.

const axisOf = ({ attributes, inputs }: OnnxCase): number => {
  const rank = (inputs[0] as OnnxArray).shape.length;
  const axis = (attributes.axis as number | undefined) ?? -1;
  return axis < 0 ? axis + rank : axis;
};

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

/** The input with the axes from `axis` on as one. */
function rowsOf(backend: Backend, onnxCase: OnnxCase): Tensor {
  const { data, shape } = onnxCase.inputs[0] as OnnxArray;
  const axis = axisOf(onnxCase);
  return backend.tensor(data, [...shape.slice(0, axis), product(shape.slice(axis))]);
}

const read = (tensor: Tensor | undefined, like: OnnxArray | undefined): OnnxArray | undefined =>
  tensor && { data: tensor.dataSync() as Float32Array, shape: like?.shape ?? [...tensor.shape] };

describe('ONNX LayerNormalization and RMSNormalization cases', () => {
  testOnnxCases(
    ['LayerNormalization', 'RMSNormalization'],
    () => undefined,
    (backend, onnxCase) => {
      const x = rowsOf(backend, onnxCase);
      const [scale, shift] = onnxCase.inputs
        .slice(1)
        .map((array) => array && backend.tensor(array.data, [x.shape.at(-1) ?? 1]));
      const epsilon = (onnxCase.attributes.epsilon as number | undefined) ?? 1e-5;
      const options = { ...(scale ? { scale } : {}), epsilon, returnStatistics: true };
      const { outputs } = onnxCase;
      if (onnxCase.op === 'RMSNormalization') return [read(backend.rmsNorm(x, options).output, outputs[0])];
      const made = backend.layerNorm(x, { ...options, ...(shift ? { shift } : {}) });
      return [made.output, made.mean, made.inverseDeviation].map((tensor, i) => read(tensor, outputs[i]));
    },
  );
});

describe('ONNX Softmax and LogSoftmax cases', () => {
  testOnnxCases(
    ['Softmax', 'LogSoftmax'],
    (onnxCase) =>
      axisOf(onnxCase) === (onnxCase.inputs[0] as OnnxArray).shape.length - 1 ? undefined : 'its axis is not the last',
    (backend, onnxCase) => {
      const x = rowsOf(backend, onnxCase);
      return [read(onnxCase.op === 'Softmax' ? backend.softmax(x) : backend.logSoftmax(x), onnxCase.outputs[0])];
    },
  );
});
