import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

/** Threads of a workgroup in every own program. */
export const lanes = 64;

/** What differs between own programs. */
export interface ProgramParts {
  /** Names the WGSL text: everything baked into `code` has to be in it. */
  key: string;
  /** WGSL names of the bound inputs, each a flat array. */
  inputs: string[];
  /** Declarations of the own uniforms, each followed by a comma. */
  uniforms: string;
  code: string;
  workgroups: number;
  /** Elements of the float32 result, bound as the flat array `result`. */
  size: number;
}

/**
 * A tfjs program over flat arrays. `code` holds `fn main(index : i32)`, index being workgroup * lanes + lane. tfjs folds
 * more than 65535 workgroups into two dimensions, so there can be more workgroups than were asked for.
 * A new object for every call: tfjs writes into it.
 */
export const flatProgram = ({ key, inputs, uniforms, code, workgroups, size }: ProgramParts): WebGPUProgram => ({
  shaderKey: `dlv_${key}`,
  variableNames: inputs,
  uniforms,
  outputShape: [size],
  workgroupSize: [lanes, 1, 1],
  dispatchLayout: { x: [0] },
  dispatch: [workgroups, 1, 1],
  getUserCode: () => code,
});
