import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Backend, createWasmBackend, type Tensor } from '../src/index.js';
import { Pool } from '../src/wasm/pool.js';

// Large enough to be shared among threads; the bits must not tell how many there were.

const wave = (size: number, seed: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.37 + seed));
const random = (backend: Backend, seed: number, ...shape: number[]) =>
  backend.tensor(
    wave(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );

type Program = (backend: Backend) => Tensor[];
const programs: Record<string, Program> = {
  'gemm, rows': (on) => [on.gemm(random(on, 1, 500, 200), random(on, 2, 200, 90))],
  'gemm, columns': (on) => [on.gemm(random(on, 1, 90, 300), random(on, 2, 700, 300), { transposeB: true })],
  'gemm, batch': (on) => [on.gemm(random(on, 1, 24, 50, 40), random(on, 2, 24, 40, 60))],
  'gemm, few rows': (on) => [on.gemm(random(on, 1, 3, 517), random(on, 2, 1001, 517), { transposeB: true })],
  'gemm, one row': (on) => [on.gemm(random(on, 1, 1, 300), random(on, 2, 300, 5003))],
  'gemm, bias and relu': (on) => {
    const options = { alpha: 0.3, bias: random(on, 3, 400), activation: 'relu' } as const;
    return [on.gemm(random(on, 1, 3, 500), random(on, 2, 400, 500), { ...options, transposeB: true })];
  },
  softmax: (on) => [on.softmax(random(on, 1, 301, 1001))],
  attention: (on) => {
    const [q, k, v] = [random(on, 1, 3, 700, 40), random(on, 2, 3, 300, 40), random(on, 3, 3, 300, 24)];
    const { output, lse, weights } = on.attention(q, k, v, { queryOffset: 0, returnLse: true, returnWeights: true });
    return [output, lse as Tensor, weights as Tensor];
  },
  'attention gradients': (on) => {
    const [q, k, v] = [random(on, 1, 5, 200, 16), random(on, 2, 5, 200, 16), random(on, 3, 5, 200, 24)];
    const { output, lse } = on.attention(q, k, v, { queryOffset: 0, returnLse: true });
    const slopes = on.attentionGradients(random(on, 4, 5, 200, 24), q, k, v, output, lse as Tensor, { queryOffset: 0 });
    return Object.values(slopes) as Tensor[];
  },
};

const run = (backend: Backend, program: Program) =>
  backend.scope(() => program(backend).map((tensor) => Buffer.from(tensor.dataSync().buffer).toString('base64')));

const numbers = [1, 2, 3, 8];
const modes = ['fast', 'reproducible'] as const;

describe.each(modes)('numerics %s', async (numerics) => {
  const backends = await Promise.all(numbers.map((threads) => createWasmBackend({ threads, numerics })));
  afterAll(() => {
    for (const backend of backends) backend.dispose();
  });

  it.each(Object.keys(programs))('%s: the same bits for 1, 2, 3 and 8 threads', (name) => {
    const shared = vi.spyOn(Pool.prototype, 'run');
    const [alone, ...others] = backends.map((backend) => run(backend, programs[name] as Program));
    for (const other of others) expect(other).toEqual(alone);
    expect(shared.mock.calls.length).toBeGreaterThanOrEqual(3);
    shared.mockRestore();
  });
});

describe('the pool', () => {
  const product: Program = (on) => [on.gemm(random(on, 1, 500, 200), random(on, 2, 200, 90))];

  it('says how many threads there are, and why', async () => {
    using two = await createWasmBackend({ threads: 2 });
    expect(two.info).toMatchObject({ threads: 2, threadsReason: "the option 'threads' is 2" });
    using one = await createWasmBackend({ threads: 1 });
    expect(one.info).toMatchObject({ threads: 1, threadsReason: "the option 'threads' is 1" });
    using auto = await createWasmBackend();
    expect(auto.info.threadsReason).toMatch(/^the machine runs \d+ at once$/);
  });

  it('replaces a worker that died, and results stay right', async () => {
    using backend = await createWasmBackend({ threads: 3 });
    const expected = run(backend, product);
    const workers = [...workersOf(backend).values()];
    for (const worker of workers) worker.terminate();
    expect(run(backend, product)).toEqual(expected);
    await vi.waitFor(() => expect([...workersOf(backend).values()].some((one) => workers.includes(one))).toBe(false));
    await vi.waitFor(() => expect(workersOf(backend).size).toBe(2));
    await sleep(100);
    expect(run(backend, product)).toEqual(expected);
  });

  it('gives up replacing workers that keep ending, and says so', async () => {
    using backend = await createWasmBackend({ threads: 2 });
    const expected = run(backend, product);
    for (let i = 0; i < 5; i++) {
      await vi.waitFor(() => expect(workersOf(backend).size).toBe(1));
      const [worker] = [...workersOf(backend).values()];
      worker?.terminate();
      await vi.waitFor(() => expect([...workersOf(backend).values()]).not.toContain(worker));
    }
    expect(backend.info.threads).toBe(1);
    expect(backend.info.threadsReason).toContain('workers kept ending');
    expect(run(backend, product)).toEqual(expected);
  });

  it('does the range of a worker that hangs again, and hands out no memory before that worker has ended', async () => {
    using backend = await createWasmBackend({ threads: 2 });
    const expected = run(backend, product);
    // The state of a worker that took the first range and never came back.
    const { words, thread } = controlOf(backend);
    const [worker] = [...workersOf(backend).values()];
    worker?.terminate();
    await vi.waitFor(() => expect([...workersOf(backend).values()]).not.toContain(worker));
    await vi.waitFor(() => expect(workersOf(backend).size).toBe(1));
    const replacement = [...workersOf(backend).values()][0];
    replacement?.terminate();
    Atomics.store(words, thread, 1);
    expect(run(backend, product)).toEqual(expected);
    expect(workersOf(backend).size).toBe(0);
    expect(memoryOf(backend).pinned).toBe(true);
    await vi.waitFor(() => expect(memoryOf(backend).pinned).toBe(false));
  });
});

// The parts of a backend that its interface hides.
const poolOf = (backend: Backend) => (backend as unknown as { pool: Pool }).pool;
const workersOf = (backend: Backend) => poolOf(backend).workers;
const controlOf = (backend: Backend) => ({ words: poolOf(backend).control.words, thread: 16 + 16 });
const memoryOf = (backend: Backend) => (backend as unknown as { memory: { pinned: boolean } }).memory;
