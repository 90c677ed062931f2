import { describe } from 'vitest';
import type { Backend, Conv2dTransposeOptions, Tensor } from '../src/index.js';
import { type OnnxArray, type OnnxCase, testOnnxCases } from './onnx-cases.js';

/** SAME_LOWER puts an odd zero first and 'same' last: equal where there is none, else given as numbers. */
function sameLower({ inputs, attributes }: OnnxCase): readonly [number, number, number, number] {
  const [x, weights] = inputs as [OnnxArray, OnnxArray];
  const strides = (attributes.strides ?? [1, 1]) as number[];
  const zeros = [0, 1].map((axis) => {
    const [size, stride] = [x.shape[axis + 2]!, strides[axis]!];
    return Math.max((Math.ceil(size / stride) - 1) * stride + weights.shape[axis + 2]! - size, 0);
  });
  const [before, after] = [zeros.map((count) => Math.ceil(count / 2)), zeros.map((count) => Math.floor(count / 2))];
  return [before[0]!, before[1]!, after[0]!, after[1]!];
}

function readOptions(onnxCase: OnnxCase): Conv2dTransposeOptions {
  const { attributes, inputs, op } = onnxCase;
  const [x, weights] = inputs as [OnnxArray, OnnxArray];
  const pair = (name: string) => attributes[name] as [number, number] | undefined;
  const stride = pair('strides') ?? ([1, 1] as const);
  const dilation = pair('dilations') ?? ([1, 1] as const);
  const options: Conv2dTransposeOptions = { stride, dilation, groups: (attributes.group as number) ?? 1 };
  if (attributes.pads) options.padding = attributes.pads as [number, number, number, number];
  if (attributes.auto_pad === 'SAME_UPPER') options.padding = 'same';
  if (attributes.auto_pad === 'SAME_LOWER') options.padding = sameLower(onnxCase);
  const shape = pair('output_shape');
  if (op === 'ConvTranspose' && shape) {
    const least = [0, 1].map(
      (axis) => (x.shape[axis + 2]! - 1) * stride[axis]! + (weights.shape[axis + 2]! - 1) * dilation[axis]! + 1,
    );
    options.outputPadding = [shape[0] - least[0]!, shape[1] - least[1]!];
  }
  return options;
}

function run(backend: Backend, onnxCase: OnnxCase): OnnxArray[] {
  const [x, weights, bias] = onnxCase.inputs.map((array) => array && backend.tensor(array.data, array.shape));
  const options = { ...readOptions(onnxCase), ...(bias ? { bias } : {}) };
  const operator = onnxCase.op === 'Conv' ? 'conv2d' : 'conv2dTranspose';
  const y = backend[operator](x as Tensor, weights as Tensor, options);
  return [{ data: y.dataSync() as Float32Array, shape: [...y.shape] }];
}

describe('ONNX Conv and ConvTranspose cases', () => {
  const missing = ({ inputs }: OnnxCase) => (inputs[0]?.shape.length === 4 ? undefined : 'it is not two-dimensional');
  testOnnxCases(['Conv', 'ConvTranspose'], missing, run);
});
