// Every engine gives right results on shapes small enough to check in full: what the bench compares is the same work.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rivalNames, rivals } from '../rivals/index.js';
import { createDlvEngine } from '../src/dlv.js';
import { uniform32, uniform64 } from '../src/inputs.js';
import type { AttentionWork, Checker, Engine, GemmWork, SoftmaxWork, TrajectoriesWork, Work } from '../src/work.js';
import { checkAttention } from '../suites/attention.js';
import { checkGemm } from '../suites/gemm.js';
import { checkSoftmax } from '../suites/softmax.js';
import { checkTrajectories } from '../suites/trajectories.js';

const gemm = (batch: number, transposeB: boolean): GemmWork => ({
  operator: 'gemm',
  ...{ batch, m: 5, n: 7, k: 6, transposeB },
  a: uniform32(batch * 30, 1),
  b: uniform32(batch * 42, 2),
});
const softmax: SoftmaxWork = { operator: 'softmax', rows: 3, columns: 5, x: uniform32(15, 1) };
const attention = (causal: boolean): AttentionWork => ({
  operator: 'attention',
  ...{ heads: 2, length: 9, depth: 8, causal },
  q: uniform32(144, 1),
  k: uniform32(144, 2),
  v: uniform32(144, 3),
});
const trajectories: TrajectoriesWork = {
  operator: 'trajectories',
  ...{ count: 8, steps: 50, stepSize: 0.37 },
  p0: uniform64(8, 1),
  q0: uniform64(8, 2),
};

const cases: readonly (readonly [name: string, work: Work, checker: () => Promise<Checker>])[] = [
  ...[gemm(1, false), gemm(1, true), gemm(3, false), gemm(3, true)].map(
    (work) => [`gemm, batch ${work.batch}, transposeB ${work.transposeB}`, work, () => checkGemm(work)] as const,
  ),
  ['softmax', softmax, () => checkSoftmax(softmax)],
  ...[attention(false), attention(true)].map(
    (work) => [`attention, causal ${work.causal}`, work, () => checkAttention(work)] as const,
  ),
  ['trajectories', trajectories, () => checkTrajectories(trajectories)],
];

const engines: Record<string, () => Promise<Engine>> = { ...rivals, reference: () => createDlvEngine('reference') };

describe.each([...rivalNames, 'reference'])('%s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await engines[name]!();
  });
  afterAll(() => engine.dispose());

  it.each(cases)('%s', async (_, work, checker) => {
    const check = await checker();
    const contenders = await engine.prepare(work);
    // onnxruntime-web has no loop of its own over steps and enters none.
    expect(contenders.length > 0).toBe(!(name === 'onnxruntime-web' && work === trajectories));
    for (const contender of contenders) {
      const outcome = await contender.run();
      const { fault } = check(contender.canonical?.(outcome) ?? outcome);
      expect(fault, contender.name).toBeUndefined();
    }
    for (const contender of contenders) await contender.dispose();
  });
});

it('webgpu without navigator.gpu says what it needs', async () => {
  await expect(createDlvEngine('webgpu')).rejects.toThrow('--backend webgpu needs navigator.gpu');
});
