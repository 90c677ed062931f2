import { describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '../src/index.js';
import { LinearMemory } from '../src/wasm/memory.js';

const GiB = 2 ** 30;

/** The memory behind a backend, which its interface hides. */
const memoryOf = (backend: Backend): LinearMemory => (backend as unknown as { memory: LinearMemory }).memory;

describe('making a tensor, running an operator on it and disposing of both', () => {
  it.each([
    [1_000_000, 'softmax of 4', [4], (on: Backend, x: Tensor) => on.softmax(x)],
    // A small product in a transposed layout is one that packs, in a workspace.
    [20_000, 'gemm 2x2', [2, 2], (on: Backend, x: Tensor) => on.gemm(x, x, { transposeB: true })],
  ] as const)('%d times, %s: leaves no byte behind and does not grow the memory', async (cycles, _, shape, operate) => {
    using backend = await createWasmBackend();
    const data = Float32Array.of(1, 2, 3, 4);
    const cycle = () => {
      const x = backend.tensor(data, shape);
      const y = operate(backend, x);
      x.dispose();
      y.dispose();
    };
    using kept = backend.tensor(data, [4]);
    const before = backend.info.bytesInUse;
    for (let i = 0; i < 100; i++) cycle();
    const { bytesAtPeak } = backend.info;
    const size = memoryOf(backend).memory.buffer.byteLength;
    let done = 0;
    for (; done < cycles; done++) cycle();
    expect(done).toBe(cycles);
    expect(backend.info.bytesInUse).toBe(before);
    expect(backend.info.bytesAtPeak).toBe(bytesAtPeak);
    expect(memoryOf(backend).memory.buffer.byteLength).toBe(size);
    expect([...kept.dataSync()]).toEqual([1, 2, 3, 4]);
  });
});

describe.each([
  ['unshared', false],
  ['shared', true],
])('%s memory', (_, shared) => {
  it('hands out addresses past 2 GiB as they are, and what is written there stays apart', () => {
    const memory = new LinearMemory(undefined, shared);
    const addresses = [memory.allocate('test', 1.5 * GiB), memory.allocate('test', GiB), memory.allocate('test', 100)];
    expect(addresses).toEqual([1024, 1024 + 1.5 * GiB, 1024 + 2.5 * GiB]);
    expect(addresses[2]).toBeGreaterThan(2 ** 31);
    const { buffer } = memory.memory;
    expect(buffer.byteLength).toBeGreaterThan(2.5 * GiB);
    expect(buffer instanceof ArrayBuffer).toBe(!shared);
    addresses.forEach((address, i) => {
      new Float64Array(buffer, address, 1)[0] = i + 1;
    });
    expect(addresses.map((address) => new Float64Array(buffer, address, 1)[0])).toEqual([1, 2, 3]);
    memory.free(addresses[1] as number);
    expect(memory.allocate('test', GiB)).toBe(addresses[1]);
  });

  it('refuses what passes 4 GiB, in numbers that do not wrap, before the engine traps', () => {
    const memory = new LinearMemory(undefined, shared);
    memory.allocate('test', 3.5 * GiB);
    const { byteLength } = memory.memory.buffer;
    expect(() => memory.allocate('gemm', GiB)).toThrow(
      expect.objectContaining({
        name: 'OutOfMemoryError',
        message:
          'gemm: needs 1073741824 bytes more, but the limit is 4294967296 bytes and 3758097408 are in use; ' +
          'dispose of tensors you no longer need',
      }),
    );
    // As 32-bit numbers these would be small, or end before they begin.
    for (const bytes of [4 * GiB, 4 * GiB + 64, 2 ** 40]) {
      expect(() => memory.allocate('gemm', bytes)).toThrow(`gemm: needs ${bytes} bytes more`);
    }
    expect(memory.memory.buffer.byteLength).toBe(byteLength);
    expect(memory.allocate('test', 100)).toBe(3.5 * GiB + 1024);
  });

  it('keeps its last 64 bytes, so that no range ends where a 32-bit address wraps to 0', () => {
    const memory = new LinearMemory(undefined, shared);
    memory.allocate('test', 4 * GiB - 1024 - 128);
    expect(memory.allocate('test', 64)).toBe(4 * GiB - 128);
    expect(() => memory.allocate('test', 1)).toThrow('test: needs 1 bytes more');
  });

  it.each([2.5 * GiB, 4 * GiB - 2 ** 20])('kernels compute at addresses from %d', async (below) => {
    using backend = await createWasmBackend({ threads: shared ? 2 : 1 });
    using reference = await createReferenceBackend();
    const memory = memoryOf(backend);
    expect(memory.shared).toBe(shared);
    memory.allocate('test', below - 1024);
    const data = Float32Array.from({ length: 99 * 101 }, (_, i) => Math.sin(i));
    const results = [backend, reference].map((on) =>
      on.scope(() => {
        const x = on.tensor(data, [99, 101]);
        const wide = on.convert(on.convert(x, 'bfloat16'), 'float32');
        return [on.softmax(x), on.gemm(x, x, { transposeB: true }), on.relu(x), wide].map((y) => y.dataSync());
      }),
    );
    expect(memory.memory.buffer.byteLength).toBeGreaterThan(below);
    const [mine, truth] = results as [Float32Array[], Float32Array[]];
    mine.forEach((values, y) => {
      // Sums of 101 products below 1: 101 units of roundoff of at most 101, far less in fact.
      const worst = values.reduce((most, got, i) => Math.max(most, Math.abs(got - (truth[y]?.[i] as number))), 0);
      expect(values.length).toBe(truth[y]?.length);
      expect(worst).toBeLessThanOrEqual(101 * 101 * 2 ** -24);
    });
  });
});
