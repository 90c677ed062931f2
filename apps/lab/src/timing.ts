import type { Backend } from '@dlv/kernels';
import { normals, randomStream } from './random.js';

/** How long an operation took on this machine; shown beside the claims, never deciding one. */
export interface MeasuredTime {
  what: string;
  /** Median over the repetitions, milliseconds. */
  milliseconds: number;
  flop: number;
  gflopPerSecond: number;
}

/**
 * One Transformer block of width n and one attention head count h at t tokens: its matrix products (24 t n^2 FLOP) and
 * its attention core (4 t^2 n FLOP), timed on the backend. Median of at least three runs after one to warm up.
 */
export function measureTimes(backend: Backend, width: number, heads: number, lengths: readonly number[]) {
  const random = randomStream(7);
  return lengths.flatMap((tokens): MeasuredTime[] => [
    {
      what: `projections and feed-forward (gemm), n = ${width}, t = ${tokens}`,
      ...timed(24 * tokens * width ** 2, blockProducts(backend, width, tokens, random)),
    },
    {
      what: `attention core, n = ${width}, h = ${heads}, t = ${tokens}`,
      ...timed(4 * tokens ** 2 * width, attentionCore(backend, width, heads, tokens, random)),
    },
  ]);
}

type Random = ReturnType<typeof randomStream>;

function blockProducts(backend: Backend, n: number, t: number, random: Random) {
  const x = normals(random, t * n);
  const square = normals(random, n * n);
  const wide = normals(random, 4 * n * n);
  return () =>
    backend.scope(() => {
      const tokens = backend.tensor(x, [t, n]);
      const projection = backend.tensor(square, [n, n]);
      const up = backend.tensor(wide, [n, 4 * n]);
      const down = backend.tensor(wide, [4 * n, n]);
      const start = performance.now();
      for (let i = 0; i < 4; i++) backend.gemm(tokens, projection).dispose();
      backend.gemm(backend.gemm(tokens, up), down);
      return { milliseconds: performance.now() - start };
    }).milliseconds;
}

function attentionCore(backend: Backend, n: number, h: number, t: number, random: Random) {
  const data = normals(random, t * n);
  return () =>
    backend.scope(() => {
      const qkv = backend.tensor(data, [h, t, n / h]);
      const start = performance.now();
      backend.attention(qkv, qkv, qkv);
      return { milliseconds: performance.now() - start };
    }).milliseconds;
}

function timed(flop: number, run: () => number) {
  run();
  const times: number[] = [];
  let spent = 0;
  // A slow backend gets three runs, a fast one up to fifteen within 150 ms.
  while (times.length < 3 || (times.length < 15 && spent < 150)) {
    const milliseconds = run();
    times.push(milliseconds);
    spent += milliseconds;
  }
  times.sort((a, b) => a - b);
  const milliseconds = times[times.length >> 1]!;
  return { milliseconds, flop, gflopPerSecond: flop / milliseconds / 1e6 };
}
