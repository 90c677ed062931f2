import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createWasmBackend } from '../src/index.js';
import { createWasmBackendWith } from '../src/wasm/create.js';
import { FastestChoice } from '../src/wasm/fastest-choice.js';
import { chooseFlavour } from '../src/wasm/load.js';

const binary = (name: 'simd' | 'relaxed' | 'simd-shared') =>
  new Uint8Array(readFileSync(new URL(`../src/generated/${name}.wasm`, import.meta.url)));

describe('createWasmBackend', () => {
  it('takes the module compiled, as bytes, or from where it is', async () => {
    const bytes = binary('simd');
    const base64 = Buffer.from(bytes).toString('base64');
    const sources = [
      await WebAssembly.compile(bytes),
      bytes,
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
      new Response(bytes),
      Promise.resolve(new Response(bytes)),
      new URL(`data:application/wasm;base64,${base64}`),
    ];
    for (const module of sources) {
      using backend = await createWasmBackend({ module });
      expect(backend.info.relaxedSimd).toBe(false);
      expect(backend.info.relaxedSimdReason).toContain("option 'module'");
      expect([...backend.softmax(backend.tensor([1, 1], [2])).dataSync()]).toEqual([0.5, 0.5]);
    }
  });

  it('refuses what is no kernel module, or not the one asked for', async () => {
    const fails = (options: object, text: string) => expect(createWasmBackend(options)).rejects.toThrow(text);
    const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
    await fails(
      { module: empty },
      'createWasmBackend: module is not this version of the DLV kernels: it lacks relaxed, ',
    );
    await fails(
      { module: 'simd.wasm' },
      'createWasmBackend: module must be a WebAssembly.Module, ArrayBuffer, Uint8Array, URL or Response',
    );
    await fails({ module: new Response('', { status: 404 }) }, 'gave 404');
    await fails(
      { module: binary('relaxed'), numerics: 'reproducible' },
      "module holds the relaxed kernels, which are not reproducible; pass './simd.wasm'",
    );
    await fails({ numerics: 'exact' }, "createWasmBackend: numerics must be 'fast' or 'reproducible', got exact");
    await fails({ threads: 0 }, "createWasmBackend: threads must be 'auto' or an integer from 1 to 64, got 0");
    await fails(
      { module: binary('simd'), threads: 2 },
      "module is the binary for one thread; pass './simd-shared.wasm'",
    );
    await fails(
      { module: binary('simd-shared'), threads: 1 },
      "module is the binary for several threads; pass './simd.wasm'",
    );
    await fails({ maximumBytes: 5 }, 'createWasmBackend: maximumBytes must lie between 65536 and 4294967296, got 5');
    await fails({ simd: true }, "createWasmBackend: unknown option 'simd'");
  });

  it('runs on one thread where there are no more, and refuses when asked for them', async () => {
    const create = createWasmBackendWith(() => WebAssembly.compile(binary('simd')), { threads: 'there are none here' });
    using backend = await create();
    expect(backend.info).toMatchObject({ threads: 1, threadsReason: 'there are none here' });
    await expect(create({ threads: 2 })).rejects.toThrow(
      "createWasmBackend: asked for 2 threads, but there are none here; use 'auto' or 1",
    );
  });

  it('takes a module for one thread, and the binaries for several', async () => {
    using single = await createWasmBackend({ module: binary('simd') });
    expect(single.info).toMatchObject({
      threads: 1,
      threadsReason: "the module given by the option 'module' is for one thread",
    });
    using several = await createWasmBackend({ module: binary('simd-shared'), threads: 2 });
    expect(several.info.threads).toBe(2);
  });

  it('chooses the binary by probe, and says why', () => {
    expect(chooseFlavour('reproducible')).toEqual({ flavour: 'simd', reason: "numerics is 'reproducible'" });
    const validate = vi.spyOn(WebAssembly, 'validate');
    try {
      // Without relaxed SIMD only the first probe validates; without SIMD neither.
      validate.mockReturnValueOnce(true).mockReturnValueOnce(false);
      expect(chooseFlavour('fast')).toEqual({ flavour: 'simd', reason: 'this engine does not have it' });
      validate.mockReturnValueOnce(false);
      expect(() => chooseFlavour('fast')).toThrow(
        'this engine has no WebAssembly SIMD; createReferenceBackend() works everywhere',
      );
    } finally {
      validate.mockRestore();
    }
  });

  it('writes nothing and keeps nothing when memory runs out', async () => {
    using backend = await createWasmBackend({ maximumBytes: 1 << 20 });
    const a = backend.tensor(new Float32Array(300 * 300), [300, 300]);
    const before = backend.info.bytesInUse;
    expect(() => backend.gemm(a, a)).toThrow(
      expect.objectContaining({ name: 'OutOfMemoryError', message: expect.stringContaining('gemm: needs') }),
    );
    expect(() => backend.tensor(new Float32Array(300_000), [300_000])).toThrow('tensor: needs 1200000 bytes more');
    expect(backend.info.bytesInUse).toBe(before);
    a.dispose();
    const small = backend.tensor([1, 2, 3, 4], [2, 2]);
    expect([...backend.gemm(small, small).dataSync()]).toEqual([7, 10, 15, 22]);
  });

  it('gives its workspace back and counts it in the peak', async () => {
    using backend = await createWasmBackend();
    const x = backend.tensor(new Float32Array(64 * 64), [64, 64]);
    backend.gemm(x, x).dispose();
    expect(backend.info.bytesInUse).toBe(64 * 64 * 4);
    expect(backend.info.bytesAtPeak).toBeGreaterThan(2 * 64 * 64 * 4);
  });
});

describe('FastestChoice', () => {
  type Form = 3 | 4 | 6;
  /** Runs products of `work` multiply-adds that take this long with each form. */
  function choose(milliseconds: Record<Form, number>, work = 1e7): FastestChoice<Form> {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const choice = new FastestChoice<Form>([4, 3, 6]);
    for (let i = 0; i < 30; i++) {
      choice.run(work, (form) => {
        now += milliseconds[form];
      });
    }
    clock.mockRestore();
    return choice;
  }

  it('keeps the form that was fastest', () => {
    expect(choose({ 3: 2, 4: 1, 6: 2 }).current).toBe(4);
    expect(choose({ 3: 2, 4: 2, 6: 1 }).current).toBe(6);
    expect(choose({ 3: 1, 4: 2, 6: 2 }).current).toBe(3);
  });

  it('learns nothing from small products or a clock that stands still', () => {
    const small = choose({ 3: 1, 4: 2, 6: 1 }, 1000);
    expect([small.decided, small.current]).toEqual([false, 4]);
    expect(choose({ 3: 0, 4: 0, 6: 0 }).current).toBe(4);
  });
});
