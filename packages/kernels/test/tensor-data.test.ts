import { describe, expect, it } from 'vitest';
import type { DataType, TensorSource } from '../src/index.js';
import { createReferenceBackend, createWasmBackend } from '../src/index.js';

describe.each([
  ['reference', await createReferenceBackend()],
  ['wasm', await createWasmBackend()],
] as const)('tensors of the %s backend', (_, backend) => {
  it('hold every data type', () => {
    const sources: [DataType, TensorSource][] = [
      ['float32', Float32Array.of(0.5, -0, Number.NaN)],
      ['float64', Float64Array.of(0.1, 1e300, -Infinity)],
      ['int32', Int32Array.of(-1, 2 ** 31 - 1, 0)],
      ['bool', Uint8Array.of(1, 0, 1)],
      ['float16', Uint16Array.of(0x3c00, 0x7c00, 0xffff)],
      ['bfloat16', Uint16Array.of(0x3f80, 0x7f80, 0)],
    ];
    for (const [dtype, data] of sources) {
      const tensor = backend.tensor(data, [3], { dtype });
      expect(tensor.dtype).toBe(dtype);
      expect(tensor.dataSync()).toEqual(data);
      tensor.dispose();
    }
  });

  it('take lists as the data type asked for', () => {
    expect(backend.tensor([1, 2], [2], { dtype: 'float64' }).dataSync()).toEqual(Float64Array.of(1, 2));
    expect(backend.tensor([1, -2], [2], { dtype: 'int32' }).dataSync()).toEqual(Int32Array.of(1, -2));
    expect(backend.tensor([1, 0, 1], [3], { dtype: 'bool' }).dataSync()).toEqual(Uint8Array.of(1, 0, 1));
  });

  it('refuse data that does not fit', () => {
    const fails = (data: unknown, options: object, text: string) =>
      expect(() => backend.tensor(data as TensorSource, [2], options)).toThrow(text);
    fails(Uint16Array.of(1, 2), {}, "say by the option dtype whether it holds 'float16' or 'bfloat16'");
    fails(Float32Array.of(1, 2), { dtype: 'float64' }, 'tensor: dtype float64 needs a Float64Array, got Float32Array');
    fails([1, 2], { dtype: 'float16' }, 'tensor: dtype float16 needs its bits in a Uint16Array');
    fails([1, 2], { dtype: 'int8' }, 'tensor: dtype must be one of float32, float64, int32, bool, float16, bfloat16');
    fails([1, 2], { type: 'bool' }, "tensor: unknown option 'type'; it takes dtype");
    fails([1, 2], { dtype: 'bool' }, 'tensor: data must hold booleans, got number at 1');
    fails(['a', 2], {}, 'tensor: data must hold numbers or booleans, got string at 0');
    fails({}, {}, 'tensor: data must be a typed array of a DataType, number[] or boolean[], got Object');
  });
});
