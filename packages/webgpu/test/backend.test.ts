import { expect, it } from 'vitest';
import { webgpuBackend } from '../src/backend.js';
import type { Engine } from '../src/engine.js';

it('refuses data types the GPU does not hold, before it uploads anything', () => {
  const engine = { dispose() {} } as unknown as Engine;
  using backend = webgpuBackend(engine, 'none');
  expect(() => backend.tensor(Float64Array.of(1), [1])).toThrow(
    expect.objectContaining({
      name: 'UnsupportedError',
      message: 'tensor: the webgpu backend has no float64; pass data as Float32Array, or use another backend',
    }),
  );
  for (const dtype of ['float16', 'bfloat16'] as const) {
    expect(() => backend.tensor(Uint16Array.of(1), [1], dtype)).toThrow(
      expect.objectContaining({
        name: 'UnsupportedError',
        message: `tensor: the webgpu backend has no ${dtype}; pass data as Float32Array, which convert(x, 'float32') gives elsewhere`,
      }),
    );
  }
  expect(() => backend.tensor(Uint16Array.of(1), [1])).toThrow('dtype must say which, got undefined');
  const empty = backend.tensor([], [0]);
  expect(() => backend.convert(empty, 'float16')).toThrow('convert: the webgpu backend does not implement it');
});
