import {
  analyze,
  architectures,
  type ComparisonTable,
  compare,
  crossover,
  Polynomial,
  parallelism,
} from '@dlv/complexity';
import type { Backend } from '@dlv/kernels';
import type { Checkpoint } from '../worker/protocol.js';

export interface CostsRequest {
  n: number;
  l: number;
  t: number;
  h: number;
}

/** A row of a table with its polynomials as text. */
interface CostRow {
  architecture: string;
  phase: string;
  reading: string;
  claim: string;
  exact: string;
  verdict: 'agree' | 'disagree';
  reason: string;
  number: number;
}

export interface CostsResponse {
  tables: { title: string; rows: CostRow[] }[];
  /** FLOP of a forward pass over t, one curve for each name. */
  curves: { name: string; points: [t: number, flop: number][] }[];
  crossovers: { what: string; at: string; value: number }[];
  spans: { name: string; steps: string; span: number; formula: string; parallelism: number; dependency: string }[];
}

const tableOf = ({ id, title, rows }: ComparisonTable) => ({
  title: `Table ${id}. ${title}`,
  rows: rows.map(({ architecture, phase, reading, claim, exact, verdict, reason, number }) => ({
    architecture,
    phase,
    reading,
    claim: `${claim}`,
    exact: `${exact}`,
    verdict,
    reason,
    number: number as number,
  })),
});

/** Everything the page says about cost, at the sizes of its sliders. */
export function costs(_: Backend, sizes: CostsRequest): CostsResponse {
  const phase = { phase: 'test' } as const;
  const [rnn, lstm, block] = [architectures.rnn(), architectures.lstm(), architectures.transformer()].map(
    (architecture) => analyze(architecture, phase),
  );
  const core = Polynomial.sum(
    (block?.terms ?? [])
      .filter(({ name }) => name === 'attention scores' || name === 'weighted values')
      .map(({ flops }) => flops),
  );
  const whole = block?.flops ?? core;
  const named: [string, Polynomial][] = [
    ['RNN', rnn?.flops ?? core],
    ['LSTM', lstm?.flops ?? core],
    ['attention core', core],
    ['Transformer block', whole],
  ];
  const lengths = Array.from({ length: 41 }, (_, i) => Math.round(16 * 2 ** (i / 4)));
  const found = (what: string, a: Polynomial, b: Polynomial) =>
    crossover(a, b, 't').roots.flatMap((root) =>
      root.kind === 'exact' ? [{ what, at: `${root.at}`, value: root.at.evaluate({ n: sizes.n }).toNumber() }] : [],
    );
  const { rnn: cell, transformer } = parallelism(sizes);
  return {
    tables: compare({ sizes: { ...sizes } }).tables.map(tableOf),
    curves: named.map(([name, flops]) => ({
      name,
      points: lengths.map((t) => [t, flops.evaluate({ ...sizes, t }).toNumber()]),
    })),
    crossovers: [
      ...found('the attention core costs as much as an RNN layer', named[0]?.[1] ?? core, core),
      ...found('the attention core costs as much as the rest of its block', whole.minus(core), core),
      ...found('a block costs as much as two LSTM layers', (lstm?.flops ?? core).times(2), whole),
    ],
    spans: [['RNN', cell] as const, ['Transformer', transformer] as const].map(([name, cost]) => ({
      name,
      steps: `${cost.sequentialStepsFormula} = ${cost.sequentialSteps}`,
      span: cost.span,
      formula: cost.spanFormula,
      parallelism: cost.parallelism,
      dependency: cost.blocks.dependency,
    })),
  };
}

export interface MeasuredBlockResponse {
  width: number;
  points: { t: number; core: number; rest: number }[];
}

const values = (count: number, phase: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i + phase));

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] as number;
}

/** Milliseconds of one Transformer block's products and of its attention core over t, measured now on the backend. */
export async function measuredBlock(
  backend: Backend,
  { width: n }: { width: number },
  checkpoint: Checkpoint,
): Promise<MeasuredBlockResponse> {
  const points: MeasuredBlockResponse['points'] = [];
  for (const t of [64, 128, 256, 384, 512, 768, 1024, 1536]) {
    await checkpoint();
    const timed = (run: () => void) => {
      run();
      return median(
        Array.from({ length: 3 }, () => {
          const begin = performance.now();
          backend.scope(run);
          return performance.now() - begin;
        }),
      );
    };
    points.push(
      backend.scope(() => {
        const x = backend.tensor(values(t * n, 1), [t, n]);
        const square = backend.tensor(values(n * n, 2), [n, n]);
        const up = backend.tensor(values(4 * n * n, 3), [n, 4 * n]);
        const down = backend.tensor(values(4 * n * n, 4), [4 * n, n]);
        const rest = timed(() => {
          for (let i = 0; i < 4; i++) backend.gemm(x, square);
          backend.gemm(backend.gemm(x, up), down);
        });
        return { t, rest, core: timed(() => backend.attention(x, x, x)) };
      }),
    );
  }
  return { width: n, points };
}
