import type { GemmPlan } from '@dlv/kernels/backend-kit';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Engine, GpuArray } from './engine.js';
import { flatProgram, lanes } from './program.js';

// erf by Abramowitz and Stegun 7.1.26, absolute error 1.5e-7; WGSL has none. The exponentials run on -|x|, so none overflows.
const activations: Record<GemmPlan['activation'], string> = {
  none: 'x',
  relu: 'select(x, 0.0, x < 0.0)',
  gelu: 'x * normal(x)',
  geluTanh: '0.5 * x * (1.0 + tanh(clamp(0.7978845608 * (x + 0.044715 * x * x * x), -15.0, 15.0)))',
  silu: 'x * sigmoid(x)',
  tanh: 'tanh(clamp(x, -15.0, 15.0))',
  sigmoid: 'sigmoid(x)',
  softplus: 'max(x, 0.0) + log(1.0 + exp(-abs(x)))',
};

const functions = `
fn sigmoid(x : f32) -> f32 {
  let decay = exp(-abs(x));
  return select(decay, 1.0, x >= 0.0) / (1.0 + decay);
}

fn normal(x : f32) -> f32 {
  let z = abs(x) * 0.70710678;
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let tail = 0.5 * p * exp(-z * z);
  return select(tail, 1.0 - tail, x >= 0.0);
}`;

/** Whether anything is left to do after the product. */
export const hasEpilogue = ({ alpha, c, bias, activation }: GemmPlan): boolean =>
  alpha !== 1 || c !== undefined || bias !== undefined || activation !== 'none';

/** activation(alpha product + beta c + bias); product and c: [.., N], bias: [N]. */
export function epilogue(
  engine: Engine,
  plan: GemmPlan,
  size: number,
  product: TensorInfo,
  c: GpuArray,
  bias: GpuArray,
): TensorInfo {
  const { alpha, beta, activation, N } = plan;
  const inputs = ['product', ...(c ? ['add'] : []), ...(bias ? ['bias'] : [])];
  const code = `${functions}
fn main(index : i32) {
  if (index >= uniforms.size) { return; }
  let x = uniforms.alpha * product[index]${c ? ' + uniforms.beta * add[index]' : ''}${bias ? ' + bias[index % uniforms.columns]' : ''};
  result[index] = ${activations[activation]};
}`;
  const program = flatProgram({
    ...{ key: `epilogue_${inputs.join('_')}_${activation}`, inputs, code },
    ...{ uniforms: 'size : i32, columns : i32, alpha : f32, beta : f32,' },
    ...{ workgroups: Math.ceil(size / lanes), size },
  });
  return engine.run(
    'gemm',
    program,
    [product, ...(c ? [c] : []), ...(bias ? [bias] : [])],
    [
      { type: 'int32', data: [size] },
      { type: 'int32', data: [N] },
      { type: 'float32', data: [alpha] },
      { type: 'float32', data: [beta] },
    ],
  );
}
