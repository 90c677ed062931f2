import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinearMemory } from '../src/wasm/memory.js';

describe('LinearMemory', () => {
  it('property: live ranges are aligned, within the memory and apart; freed ones are used again', () => {
    const commands = fc.array(
      fc.record({ bytes: fc.integer({ min: 0, max: 200_000 }), free: fc.boolean(), which: fc.nat() }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(commands, (list) => {
        const memory = new LinearMemory();
        const live: { address: number; bytes: number }[] = [];
        for (const { bytes, free, which } of list) {
          if (free && live.length > 0) {
            const [gone] = live.splice(which % live.length, 1);
            memory.free((gone as { address: number }).address);
          } else {
            const address = memory.allocate('test', bytes);
            expect(address % 64).toBe(0);
            expect(address + bytes).toBeLessThanOrEqual(memory.memory.buffer.byteLength);
            for (const other of live) {
              expect(address + bytes <= other.address || other.address + other.bytes <= address).toBe(true);
            }
            live.push({ address, bytes: Math.max(1, bytes) });
          }
        }
        const first = new LinearMemory().allocate('test', 1);
        for (const { address } of live) memory.free(address);
        expect(memory.allocate('test', 1)).toBe(first);
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });

  it('keeps what is written when it grows', () => {
    const memory = new LinearMemory();
    const address = memory.allocate('test', 8);
    const before = memory.memory.buffer;
    new Float64Array(before, address, 1)[0] = 42;
    memory.allocate('test', 1 << 20);
    expect(memory.memory.buffer === before).toBe(false);
    expect(new Float64Array(memory.memory.buffer, address, 1)[0]).toBe(42);
  });

  it('joins neighbouring holes, whichever is freed first', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
    ]) {
      const memory = new LinearMemory();
      const parts = [0, 1, 2].map(() => memory.allocate('test', 1024));
      memory.allocate('test', 64);
      for (const part of order) memory.free(parts[part] as number);
      expect(memory.allocate('test', 3072)).toBe(parts[0]);
    }
  });

  it('refuses past its limit and past 4 GiB with the numbers, and goes on', () => {
    const memory = new LinearMemory(1 << 20);
    expect(() => memory.allocate('gemm', 2 ** 20)).toThrow(
      expect.objectContaining({
        name: 'OutOfMemoryError',
        message:
          'gemm: needs 1048576 bytes more, but the limit is 1048576 bytes and 1024 are in use; dispose of tensors you no longer need',
      }),
    );
    expect(() => memory.allocate('gemm', 2 ** 33)).toThrow('gemm: needs 8589934592 bytes more');
    expect(memory.allocate('gemm', 1000)).toBe(1024);
  });

  it('frees twice without harm', () => {
    const memory = new LinearMemory();
    const address = memory.allocate('test', 100);
    memory.free(address);
    memory.free(address);
    expect(memory.allocate('test', 100)).toBe(address);
    expect(memory.allocate('test', 100)).not.toBe(address);
  });
});
