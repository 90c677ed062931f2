import type { AttentionPlan } from '@dlv/kernels/backend-kit';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { mostChunks, outputCode, tile, uniforms, weightsCode } from './attention-program.js';
import type { Engine, GpuArray, Uniforms } from './engine.js';
import { flatProgram } from './program.js';

/** Inputs of one call; an array without elements is undefined. */
export interface AttentionInputs {
  q: GpuArray;
  k: GpuArray;
  v: GpuArray;
  mask: GpuArray;
}

/** Results of one call; undefined where not asked for or without elements. `workspace`: bytes held meanwhile. */
export interface AttentionArrays {
  output: GpuArray;
  lse: GpuArray;
  weights: GpuArray;
  workspace: number;
}

const fn = 'attention';

/** Runs the output program and, where weights are asked for, the weights program. */
export function attention(engine: Engine, plan: AttentionPlan, inputs: AttentionInputs): AttentionArrays {
  const { batch, L, S, Dv, returnLse, returnWeights } = plan;
  const rows = batch * L;
  const statistics = returnLse || returnWeights;
  const outputSize = rows * Dv;
  const nothing = { output: undefined, lse: undefined, weights: undefined, workspace: 0 };
  if (rows === 0 || (Dv === 0 && !statistics)) return nothing;
  if (S === 0) return withoutKeys(engine, outputSize, returnLse ? rows : 0);

  const temporary: TensorInfo[] = [];
  const borrow = (array: TensorInfo): TensorInfo => {
    temporary.push(array);
    return array;
  };
  try {
    // An empty buffer cannot be bound; what stands for one is never read.
    const bound = (array: GpuArray) => array ?? borrow(engine.upload(fn, new Float32Array(1)));
    const qk = [bound(inputs.q), bound(inputs.k)];
    const masks = plan.mask && inputs.mask ? [inputs.mask, borrow(maskStarts(engine, plan.mask.offsets))] : [];
    const columnBlocks = Math.max(1, Math.ceil(Dv / (tile * mostChunks)));
    const values = uniformValues(plan, columnBlocks);
    const computed = engine.run(
      fn,
      outputProgram(plan, columnBlocks, statistics),
      [...qk, bound(inputs.v), ...masks],
      values,
    );
    if (!statistics) return { ...nothing, output: computed };
    borrow(computed);
    const slice = (begin: number, size: number) =>
      engine.kernel(fn, 'Slice', { x: computed }, { begin: [begin], size: [size] });
    return {
      output: outputSize > 0 ? slice(0, outputSize) : undefined,
      lse: returnLse ? slice(outputSize, rows) : undefined,
      weights: returnWeights ? engine.run(fn, weightsProgram(plan), [...qk, computed, ...masks], values) : undefined,
      workspace: 4 * (outputSize + 3 * rows),
    };
  } finally {
    for (const array of temporary) engine.release(array);
  }
}

function withoutKeys(engine: Engine, outputSize: number, lseSize: number): AttentionArrays {
  const upload = (size: number, value: number) =>
    size > 0 ? engine.upload(fn, new Float32Array(size).fill(value)) : undefined;
  const output = upload(outputSize, 0);
  return { output, lse: upload(lseSize, Number.NEGATIVE_INFINITY), weights: undefined, workspace: 0 };
}

const maskStarts = (engine: Engine, offsets: Float64Array) => engine.upload(fn, Int32Array.from(offsets));

const maskInputs = (plan: AttentionPlan) => (plan.mask ? ['mask', 'maskStart'] : []);

function outputProgram(plan: AttentionPlan, columnBlocks: number, statistics: boolean) {
  const { batch, L, Dv } = plan;
  const chunks = Math.min(mostChunks, Math.max(1, Math.ceil(Dv / tile)));
  const masked = plan.mask !== undefined;
  return flatProgram({
    key: `attention_output_${masked}_${chunks}_${statistics}`,
    inputs: ['q', 'k', 'v', ...maskInputs(plan)],
    uniforms,
    code: outputCode(masked, chunks, statistics),
    workgroups: batch * Math.ceil(L / tile) * columnBlocks,
    size: batch * L * (Dv + (statistics ? 3 : 0)),
  });
}

function weightsProgram(plan: AttentionPlan) {
  const { batch, L, S } = plan;
  const masked = plan.mask !== undefined;
  return flatProgram({
    key: `attention_weights_${masked}`,
    inputs: ['q', 'k', 'statistics', ...maskInputs(plan)],
    uniforms,
    code: weightsCode(masked),
    workgroups: batch * Math.ceil(L / tile) * Math.ceil(S / tile),
    size: batch * L * S,
  });
}

function uniformValues(plan: AttentionPlan, columnBlocks: number): Uniforms {
  const { batch, L, S, D, Dv, scale, queryOffset, mask } = plan;
  // Beyond [-L, S] an offset hides or shows everything alike, and WGSL's integers have 32 bits.
  const diagonal = Math.max(-L, Math.min(S, queryOffset));
  const integer = (value: number) => ({ type: 'int32' as const, data: [value] });
  return [
    ...[batch, L, S, D, Dv].map(integer),
    { type: 'float32', data: [scale] },
    ...[diagonal, mask?.rowStride ?? 0, mask?.columnStride ?? 0, columnBlocks].map(integer),
  ];
}
