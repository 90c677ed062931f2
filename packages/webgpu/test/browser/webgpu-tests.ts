import { type Backend, createReferenceBackend, type Tensor } from '@dlv/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { createWebgpuBackend } from '../../src/index.js';

function equal(what: string, actual: unknown, expected: unknown): void {
  const [got, want] = [actual, expected].map((value) => JSON.stringify(value));
  if (got !== want) throw new Error(`${what}: got ${got}, expected ${want}`);
}

async function rejects(what: string, run: () => unknown, name: string, text: string): Promise<void> {
  let error: unknown;
  try {
    await run();
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof Error) || error.name !== name || !error.message.includes(text)) {
    throw new Error(`${what}: got ${String(error)}, expected ${name} with '${text}'`);
  }
}

async function withBackend(run: (backend: Backend) => Promise<void>): Promise<void> {
  const backend = await createWebgpuBackend();
  try {
    await run(backend);
  } finally {
    backend.dispose();
  }
}

const values = async (tensor: Tensor): Promise<number[]> => [...(await tensor.data())].map(Number);

/** What the shared conformance cases do not ask, by name. */
export const webgpuTests: Record<string, () => Promise<void>> = {
  'says what it is': () =>
    withBackend(async (backend) => {
      equal('name', backend.info.name, 'webgpu');
      equal('synchronousRead', backend.info.synchronousRead, false);
      if (backend.info.engine.length === 0) throw new Error('engine is empty');
      equal(
        'supports',
        ['gemm', 'softmax', 'attention', 'bernoulliLogits', 'bilinearTrajectories'].map((name) =>
          backend.supports(name as never),
        ),
        [true, true, true, false, false],
      );
    }),

  'reads asynchronously only': () =>
    withBackend(async (backend) => {
      const x = backend.tensor([1, 2], [2]);
      await rejects('dataSync', () => x.dataSync(), 'UnsupportedError', 'use await tensor.data()');
      const data = (await x.data()) as Float32Array;
      data[0] = 9;
      equal('a copy', await values(x), [1, 2]);
      x.dispose();
      await rejects('data after dispose', () => x.data(), 'DisposedError', 'the tensor was disposed of');
    }),

  'has no float64': () =>
    withBackend(async (backend) => {
      await rejects('float64', () => backend.tensor(new Float64Array(1), [1]), 'UnsupportedError', 'no float64');
    }),

  'has no float16 or bfloat16': () =>
    withBackend(async (backend) => {
      for (const dtype of ['float16', 'bfloat16'] as const) {
        const make = () => backend.tensor(new Uint16Array(1), [1], dtype);
        await rejects(dtype, make, 'UnsupportedError', `no ${dtype}`);
      }
    }),

  'computes on the GPU whatever the size, and frees': () =>
    withBackend(async (backend) => {
      const c = backend.scope(() =>
        backend.gemm(backend.tensor([1, 2, 3, 4], [2, 2]), backend.tensor([5, 6, 7, 8], [2, 2])),
      );
      equal('gemm', await values(c), [19, 22, 43, 50]);
      equal('bytes', backend.info.bytesInUse, 16);
      c.dispose();
      equal('bytes after', backend.info.bytesInUse, 0);
    }),

  'a chain is read once, at its end': () =>
    withBackend(async (backend) => {
      const y = backend.scope(() => {
        const x = backend.tensor([0, 1, 2, 3], [2, 2]);
        const { output } = backend.attention(x, x, x, { queryOffset: 0 });
        return backend.softmax(backend.gemm(output, output, { transposeB: true }));
      });
      const rows = await values(y);
      for (const row of [rows.slice(0, 2), rows.slice(2)]) {
        if (Math.abs((row[0] as number) + (row[1] as number) - 1) > 1e-6) throw new Error(`rows sum to ${row}`);
      }
    }),

  'two backends live beside each other and do not mix': () =>
    withBackend(async (first) =>
      withBackend(async (second) => {
        const [a, b] = [first.tensor([2], [1, 1]), second.tensor([3], [1, 1])];
        await rejects('mixing', () => first.gemm(a, b), 'ValueError', 'belongs to another backend (webgpu)');
        equal('first', await values(first.gemm(a, a)), [4]);
        equal('second', await values(second.gemm(b, b)), [9]);
      }),
    ),

  "leaves tfjs's active backend and flags alone": async () => {
    const before = [tf.engine().backendName, tf.env().getFlags()];
    await withBackend(async (backend) => void (await values(backend.softmax(backend.tensor([1, 2, 3], [3])))));
    equal('tfjs', [tf.engine().backendName, tf.env().getFlags()], before);
  },

  'takes the device it is given and leaves it alive': async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter?.requestDevice();
    if (!device) throw new Error('no device');
    const backend = await createWebgpuBackend({ device });
    equal('softmax', await values(backend.softmax(backend.tensor([0, 0], [2]))), [0.5, 0.5]);
    backend.dispose();
    device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE }).destroy();
    device.destroy();
    await rejects(
      'a bad device',
      () => createWebgpuBackend({ device: {} as never }),
      'ValueError',
      'device must be a GPUDevice',
    );
  },

  'tells of a lost device': async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter?.requestDevice();
    if (!device) throw new Error('no device');
    const backend = await createWebgpuBackend({ device });
    const y = backend.softmax(backend.tensor([1, 2], [2]));
    device.destroy();
    await device.lost;
    await rejects('reading', () => y.data(), 'DlvError', 'the GPU device was lost');
  },

  'tells of a program the GPU refuses, instead of zeros': async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter?.requestDevice();
    if (!device) throw new Error('no device');
    const create = device.createShaderModule.bind(device);
    device.createShaderModule = (descriptor) => create({ ...descriptor, code: `${descriptor.code} nonsense` });
    const backend = await createWebgpuBackend({ device });
    const x = backend.tensor([1, 2], [2]);
    equal('before', await values(x), [1, 2]);
    const y = backend.softmax(x);
    await rejects('reading', () => y.data(), 'UnsupportedError', 'softmax: the GPU does not accept the program:');
    await rejects('going on', () => backend.softmax(x), 'UnsupportedError', 'create a new webgpu backend');
    backend.dispose();
    device.destroy();
  },

  'refuses arrays that the device cannot bind': async () => {
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter?.requestDevice();
    if (!device) throw new Error('no device');
    const backend = await createWebgpuBackend({ device });
    const column = backend.tensor(new Float32Array(6000), [6000, 1]);
    const many = { returnWeights: true };
    await rejects(
      'weights',
      () => backend.attention(column, column, column, many),
      'OutOfMemoryError',
      '144000000 bytes',
    );
    backend.dispose();
    device.destroy();
  },

  'rejects a read that a disposal of the backend overtakes': async () => {
    const backend = await createWebgpuBackend();
    const reading = backend.tensor([1, 2], [2]).data();
    backend.dispose();
    await rejects('reading', () => reading, 'DisposedError', 'disposed of during the read');
  },

  'rows past one axis of workgroups, and rows without a softmax': () =>
    withBackend(async (backend) => {
      const rows = 65_540;
      const x = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 0 : Math.log(1 + (i % 3))));
      x[8] = Number.NaN;
      x[10] = Number.POSITIVE_INFINITY;
      x.fill(Number.NEGATIVE_INFINITY, 12, 14);
      const y = await values(backend.softmax(backend.tensor(x, [rows, 2])));
      for (let row = 0; row < rows; row++) {
        const undefinedRow = row >= 4 && row <= 6;
        const want = undefinedRow ? Number.NaN : 1 / (2 + ((2 * row + 1) % 3));
        const got = y[2 * row] as number;
        if (undefinedRow ? !Number.isNaN(got) : !(Math.abs(got - want) < 1e-6)) {
          throw new Error(`row ${row}: got ${got}, expected ${want}`);
        }
      }
    }),

  'wide heads: value columns split among workgroups': () =>
    withBackend(async (backend) => {
      const reference = await createReferenceBackend();
      const wave = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(0.37 * i));
      const run = (on: Backend) =>
        on.attention(on.tensor(wave(900), [3, 300]), on.tensor(wave(1500), [5, 300]), on.tensor(wave(1500), [5, 300]), {
          returnLse: true,
        });
      const [got, want] = [run(backend), run(reference)];
      for (const name of ['output', 'lse'] as const) {
        const [mine, truth] = [await values(got[name] as Tensor), await values(want[name] as Tensor)];
        const worst = mine.reduce((most, value, i) => Math.max(most, Math.abs(value - (truth[i] as number))), 0);
        if (!(worst < 1e-5)) throw new Error(`${name} differs by ${worst}`);
      }
    }),

  'empty heads and values': () =>
    withBackend(async (backend) => {
      const [none, v] = [backend.tensor([], [2, 0]), backend.tensor([2, 4], [2, 1])];
      const mean = backend.attention(none, none, v);
      equal('D = 0', await values(mean.output), [3, 3]);
      const { output, lse } = backend.attention(v, v, none, { scale: 0, returnLse: true });
      equal('Dv = 0', await values(output), []);
      equal(
        'its lse',
        (await values(lse as Tensor)).map((value) => value.toFixed(5)),
        ['0.69315', '0.69315'],
      );
    }),

  'refuses bad options and use after dispose': async () => {
    const backend = await createWebgpuBackend({ powerPreference: 'low-power' });
    await rejects(
      'option',
      () => createWebgpuBackend({ threads: 2 } as never),
      'ValueError',
      "unknown option 'threads'",
    );
    await rejects(
      'power',
      () => createWebgpuBackend({ powerPreference: 'max' as never }),
      'ValueError',
      "must be 'low-power' or 'high-performance', got max",
    );
    backend.dispose();
    backend.dispose();
    await rejects('disposed', () => backend.tensor([1], [1]), 'DisposedError', 'the webgpu backend was disposed of');
  },

  'attention over many groups, past one axis of workgroups': () =>
    withBackend(async (backend) => {
      const N = 65_537;
      const q = backend.tensor(
        Float32Array.from({ length: N }, (_, i) => i % 7),
        [N, 1, 1],
      );
      const { output } = backend.attention(q, q, q);
      const got = await values(output);
      equal('last values', got.slice(-3), [(N - 3) % 7, (N - 2) % 7, (N - 1) % 7]);
    }),

  'a large attention agrees with the reference': () =>
    withBackend(async (backend) => {
      const reference = await createReferenceBackend();
      const wave = (phase: number) => Float32Array.from({ length: 2 * 130 * 48 }, (_, i) => Math.sin(0.37 * i + phase));
      const run = (on: Backend) => {
        const [q, k, v] = [wave(0), wave(1), wave(2)].map((data) => on.tensor(data, [2, 130, 48])) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        return on.attention(q, k, v, { queryOffset: 0, returnLse: true, returnWeights: true });
      };
      const [got, want] = [run(backend), run(reference)];
      for (const name of ['output', 'lse', 'weights'] as const) {
        const [mine, truth] = [await values(got[name] as Tensor), await values(want[name] as Tensor)];
        const worst = mine.reduce((most, value, i) => Math.max(most, Math.abs(value - (truth[i] as number))), 0);
        if (!(worst < 1e-5)) throw new Error(`${name} differs by ${worst}`);
      }
    }),
};
