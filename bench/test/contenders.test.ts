// Every engine gives right results on shapes small enough to check in full: what the bench compares is the same work.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rivalNames, rivals } from '../rivals/index.js';
import { createDlvEngine } from '../src/dlv.js';
import { uniform32, uniform64 } from '../src/inputs.js';
import type {
  AttentionGradientsWork,
  AttentionWork,
  Checker,
  ElementwiseWork,
  Engine,
  GemmWork,
  LayerNormWork,
  ReductionWork,
  SoftmaxWork,
  TrajectoriesWork,
  Work,
} from '../src/work.js';
import { checkAttention } from '../suites/attention.js';
import { checkAttentionGradients } from '../suites/attention-gradients.js';
import { checkElementwise } from '../suites/elementwise.js';
import { checkGemm } from '../suites/gemm.js';
import { checkLayerNorm } from '../suites/layer-norm.js';
import { checkReduction } from '../suites/reduction.js';
import { checkSoftmax } from '../suites/softmax.js';
import { checkTrajectories } from '../suites/trajectories.js';

const gemm = (batch: number, transposeA: boolean, transposeB: boolean): GemmWork => ({
  operator: 'gemm',
  ...{ batch, m: 5, n: 7, k: 6, transposeA, transposeB },
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
const attentionGradients = (causal: boolean): AttentionGradientsWork => ({
  ...attention(causal),
  operator: 'attention-gradients',
  dOutput: uniform32(144, 4),
});
const layerNorm: LayerNormWork = {
  operator: 'layer-norm',
  ...{ rows: 3, columns: 10, epsilon: 1e-3 },
  x: uniform32(30, 1),
  scale: uniform32(10, 2),
  shift: uniform32(10, 3),
};
const elementwise: readonly ElementwiseWork[] = [
  ...(['exp', 'gelu', 'tanh', 'sigmoid'] as const).map((fn): ElementwiseWork => {
    return { operator: 'elementwise', fn, rows: 3, columns: 7, x: uniform32(21, 1).map((value) => 8 * value) };
  }),
  { operator: 'elementwise', fn: 'add', rows: 3, columns: 7, x: uniform32(21, 1), y: uniform32(21, 2) },
  { operator: 'elementwise', fn: 'bias', rows: 3, columns: 7, x: uniform32(21, 1), y: uniform32(7, 2) },
];
const reduction = (fn: ReductionWork['fn'], axis: 0 | 1): ReductionWork => ({
  operator: 'reduction',
  ...{ fn, axis, rows: 6, columns: 9 },
  // The maximum of a row comes twice: argmax is the first.
  x: uniform32(54, 1).map((value, i) => (i % 9 === 3 || i % 9 === 7 ? 2 : value)),
});
const trajectories: TrajectoriesWork = {
  operator: 'trajectories',
  ...{ count: 8, steps: 50, stepSize: 0.37 },
  p0: uniform64(8, 1),
  q0: uniform64(8, 2),
};

const both = [false, true];
const cases: readonly (readonly [name: string, work: Work, checker: () => Checker | Promise<Checker>])[] = [
  ...[1, 3].flatMap((batch) =>
    both.flatMap((transposeA) =>
      both.map((transposeB) => {
        const work = gemm(batch, transposeA, transposeB);
        return [`gemm, batch ${batch}, transposed ${transposeA} ${transposeB}`, work, () => checkGemm(work)] as const;
      }),
    ),
  ),
  ['softmax', softmax, () => checkSoftmax(softmax)],
  ...[attention(false), attention(true)].map(
    (work) => [`attention, causal ${work.causal}`, work, () => checkAttention(work)] as const,
  ),
  ...[attentionGradients(false), attentionGradients(true)].map(
    (work) => [`attention-gradients, causal ${work.causal}`, work, () => checkAttentionGradients(work)] as const,
  ),
  ['layer-norm', layerNorm, () => checkLayerNorm(layerNorm)],
  ...elementwise.map((work) => [`elementwise ${work.fn}`, work, () => checkElementwise(work)] as const),
  ...[reduction('sum', 1), reduction('sum', 0), reduction('max', 1), reduction('argmax', 1)].map(
    (work) => [`reduction ${work.fn}, axis ${work.axis}`, work, () => checkReduction(work)] as const,
  ),
  ['trajectories', trajectories, () => checkTrajectories(trajectories)],
];

/** What an engine has no contender for. */
const without: Readonly<Record<string, readonly Work['operator'][]>> = {
  // No loop of its own over steps, no gradients.
  'onnxruntime-web': ['trajectories', 'attention-gradients'],
  // Gradients by hand are more than one would write.
  'plain-js': ['attention-gradients'],
};

const engines: Record<string, () => Promise<Engine>> = {
  ...rivals,
  reference: () => createDlvEngine('reference'),
  'wasm, 2 threads': () => createDlvEngine('wasm', 2),
};

describe.each([...rivalNames, 'reference', 'wasm, 2 threads'])('%s', (name) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await engines[name]!();
  });
  afterAll(() => engine.dispose());

  it.each(cases)('%s', async (_, work, checker) => {
    const check = await checker();
    const contenders = await engine.prepare(work);
    expect(contenders.length > 0).toBe(!without[name]?.includes(work.operator));
    for (const contender of contenders) {
      const outcome = await contender.run();
      const { fault } = check(contender.canonical?.(outcome) ?? outcome);
      expect(fault, contender.name).toBeUndefined();
      await contender.compute?.();
    }
    for (const contender of contenders) await contender.dispose();
  });
});

it('contenders with threads name the one without, and gradients their forward part', async () => {
  const engine = await createDlvEngine('wasm', 2);
  const contenders = await engine.prepare(attentionGradients(false));
  expect(contenders.map(({ name, oneThread, kind }) => [name, oneThread, kind])).toEqual([
    ['dlv wasm 2 threads', 'dlv wasm', 'dlv'],
    ['dlv wasm 2 threads, forward alone', 'dlv wasm, forward alone', 'part'],
  ]);
  engine.dispose();
});

it('webgpu without navigator.gpu says what it needs', async () => {
  await expect(createDlvEngine('webgpu')).rejects.toThrow('--backend webgpu needs navigator.gpu');
});
