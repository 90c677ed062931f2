import { createReferenceBackend, createWasmBackend } from '@dlv/kernels';
import { afterAll, describe, expect, it } from 'vitest';
import { alternatingGDA, bilinear, type Method, simulate, simultaneousGDA, trajectoryTable } from '../src/index.js';

const backends = [await createReferenceBackend(), await createWasmBackend()];
afterAll(() => {
  for (const backend of backends) backend.dispose();
});

describe.each(backends.map((backend) => [backend.info.name, backend] as const))('simulate on %s', (_name, backend) => {
  it('equals one iteration after another', async () => {
    const game = bilinear({ coefficient: 0.7 });
    const methods: Method[] = [
      alternatingGDA({ stepSize: 0.5 }),
      alternatingGDA({ stepSize: { p: 0.25, q: 1.5 }, order: 'p-first' }),
      simultaneousGDA({ stepSize: { p: 0.1, q: 0.2 } }),
    ];
    const start = { p: [1, -2, 0.5], q: [0.25, 1, 3] };
    for (const method of methods) {
      const result = await simulate(game, method, { backend, start, steps: 12, recordEvery: 3 });
      expect(result).toMatchObject({ rows: 5, count: 3 });
      expect([...result.t]).toEqual([0, 3, 6, 9, 12]);
      for (let i = 0; i < 3; i++) {
        const { rows } = trajectoryTable(game, method, {
          start: { p: start.p[i] as number, q: start.q[i] as number },
          steps: 12,
        });
        for (let row = 0; row < 5; row++) {
          expect(result.p[row * 3 + i]).toBeCloseTo(rows[row * 3]?.p as number, 12);
          expect(result.q[row * 3 + i]).toBeCloseTo(rows[row * 3]?.q as number, 12);
        }
      }
    }
  });

  it("gives the assignment's last state by default", async () => {
    const { t, p, q, rows, count } = await simulate(bilinear(), alternatingGDA(), { backend });
    expect([...t, ...p, ...q, rows, count]).toEqual([6, 1, 1, 1, 1]);
  });

  it('reports progress in parts whose borders leave no trace', async () => {
    // 2^21 trajectories make parts of 16 steps; 40 steps are three parts.
    const N = 1 << 21;
    const start = { p: new Float64Array(N).fill(1), q: new Float64Array(N).fill(1) };
    start.p[N - 1] = 0.5;
    const steps = backend.info.name === 'wasm' ? 40 : 20;
    const seen: number[] = [];
    const { p, q } = await simulate(bilinear(), alternatingGDA({ stepSize: 0.3 }), {
      backend,
      start,
      steps,
      onProgress: ({ done, total }) => seen.push(done / total),
    });
    expect(seen).toEqual(steps === 40 ? [0.4, 0.8, 1] : [0.8, 1]);
    const whole = await simulate(bilinear(), alternatingGDA({ stepSize: 0.3 }), {
      backend,
      start: { p: [1, 0.5], q: [1, 1] },
      steps,
    });
    expect([p[0], p[N - 1], q[0], q[N - 1]]).toEqual([...whole.p, ...whole.q]);
  });

  it('records the same states whether an interval fits a part or not', async () => {
    const N = 1 << 20;
    const start = { p: new Float64Array(N).fill(1), q: new Float64Array(N).fill(1) };
    const method = alternatingGDA({ stepSize: 0.3 });
    const few = await simulate(bilinear(), method, { backend, steps: 66, recordEvery: 33 });
    const many = await simulate(bilinear(), method, { backend, start, steps: 66, recordEvery: 33 });
    expect(many.rows).toBe(3);
    for (let row = 0; row < 3; row++) {
      expect(many.p[row * N + N - 1]).toBe(few.p[row]);
      expect(many.q[row * N]).toBe(few.q[row]);
    }
  });

  it('stops when its signal does, and leaves no tensor behind', async () => {
    const before = backend.info.bytesInUse;
    const N = 1 << 20;
    const start = { p: new Float64Array(N), q: new Float64Array(N) };
    const controller = new AbortController();
    const running = simulate(bilinear(), alternatingGDA(), {
      backend,
      start,
      steps: 1_000_000,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
    expect(backend.info.bytesInUse).toBe(before);
    await expect(simulate(bilinear(), alternatingGDA(), { backend, signal: AbortSignal.abort() })).rejects.toThrow(
      /abort/i,
    );
  });

  it('takes no trajectory and no step', async () => {
    expect((await simulate(bilinear(), alternatingGDA(), { backend, start: { p: [], q: [] } })).count).toBe(0);
    expect([...(await simulate(bilinear(), alternatingGDA(), { backend, steps: 0 })).p]).toEqual([1]);
    expect((await simulate(bilinear(), alternatingGDA(), { backend, steps: 0, recordEvery: 2 })).rows).toBe(1);
  });

  it('names what is wrong', async () => {
    const run = (options: object) => simulate(bilinear(), alternatingGDA(), { backend, ...options });
    await expect(run({ start: { p: [1], q: [] } })).rejects.toThrow(
      'simulate: start.p has 1 values, but start.q has 0',
    );
    await expect(run({ steps: 10, recordEvery: 3 })).rejects.toThrow(
      'simulate: recordEvery must divide steps (10), got 3',
    );
    await expect(run({ steps: -1 })).rejects.toThrow('simulate: steps must be an integer from 0 to 2147483647, got -1');
    await expect(run({ seed: 1 })).rejects.toThrow("simulate: unknown option 'seed'");
    await expect(run({ start: { p: 1, q: '2' } })).rejects.toThrow('simulate: start.q must be a finite number, got 2');
    await expect(run({ backend: undefined })).rejects.toThrow('simulate: backend must be a Backend such as');
  });
});
