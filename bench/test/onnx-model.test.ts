import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeOnnxModel, type OnnxGraph } from '../rivals/onnx-model.js';

const matMul: OnnxGraph = {
  nodes: [{ operator: 'MatMul', inputs: ['a', 'b'], outputs: ['c'] }],
  inputs: [
    { name: 'a', shape: [2, 3] },
    { name: 'b', shape: [3, 2] },
  ],
  outputs: [{ name: 'c', shape: [2, 2] }],
  opset: 17,
};
const a = Float32Array.of(1, 2, 3, 4, 5, 6);
const b = Float32Array.of(1, 0, 0, 1, 2, 2);

async function run(graph: OnnxGraph, feeds: Record<string, Float32Array>): Promise<(number | bigint)[]> {
  const session = await ort.InferenceSession.create(encodeOnnxModel(graph), { executionProviders: ['wasm'] });
  const tensors = graph.inputs.map(({ name, shape }) => [name, new ort.Tensor('float32', feeds[name]!, shape)]);
  const results = await session.run(Object.fromEntries(tensors));
  await session.release();
  return [...(results[graph.outputs[0]!.name]!.data as Float32Array | BigInt64Array)];
}

describe('encodeOnnxModel', () => {
  beforeAll(() => {
    ort.env.wasm.numThreads = 1;
  });

  it('writes a MatMul that onnxruntime-web runs', async () => {
    expect(await run(matMul, { a, b })).toEqual([7, 8, 16, 17]);
  });

  it('writes constants', async () => {
    const [input, constant] = matMul.inputs as [OnnxGraph['inputs'][0], OnnxGraph['inputs'][0]];
    const graph = { ...matMul, inputs: [input], constants: [{ ...constant, data: b }] };
    expect(await run(graph, { a })).toEqual([7, 8, 16, 17]);
  });

  it('writes attributes and the com.microsoft domain', async () => {
    const graph: OnnxGraph = {
      ...matMul,
      nodes: [
        {
          operator: 'FusedMatMul',
          domain: 'com.microsoft',
          inputs: ['a', 'b'],
          outputs: ['c'],
          attributes: { transB: 1 },
        },
      ],
      inputs: [
        { name: 'a', shape: [2, 3] },
        { name: 'b', shape: [2, 3] },
      ],
    };
    expect(await run(graph, { a, b: Float32Array.of(1, 0, 2, 0, 1, 2) })).toEqual([7, 8, 16, 17]);
  });

  it('writes lists, floats and outputs of int64', async () => {
    const input = matMul.inputs[0]!;
    const sums: OnnxGraph = {
      nodes: [
        { operator: 'ReduceSum', inputs: ['a'], outputs: ['s'], attributes: { axes: [0, 1], keepdims: 0 } },
        { operator: 'LeakyRelu', inputs: ['s'], outputs: ['c'], attributes: { alpha: { float: 0.25 } } },
      ],
      inputs: [input],
      outputs: [{ name: 'c', shape: [] }],
      opset: 12,
    };
    expect(await run(sums, { a: a.map((value) => -value) })).toEqual([-21 / 4]);
    const places: OnnxGraph = {
      ...sums,
      nodes: [{ operator: 'ArgMax', inputs: ['a'], outputs: ['c'], attributes: { axis: 1, keepdims: 0 } }],
      outputs: [{ name: 'c', shape: [2], type: 'int64' }],
    };
    expect(await run(places, { a })).toEqual([2n, 2n]);
  });

  it('encodes sizes over one byte of seven bits', () => {
    // dim_value = 1 (tag 08), 300 = 0b10_0101100: low seven bits AC with the high bit set, then 02.
    const wide = encodeOnnxModel({ ...matMul, inputs: [{ name: 'a', shape: [300] }] });
    expect(Buffer.from(wide).toString('hex')).toContain('08ac02');
  });

  it('refuses what varint cannot hold', () => {
    const graph = { ...matMul, inputs: [{ name: 'a', shape: [-1] }] };
    expect(() => encodeOnnxModel(graph)).toThrow('onnx model: can encode only whole numbers from 0, got -1');
  });
});
