import { fma, sigmoid, softplus, tanh } from './lane';
import { gelu, geluTanh, silu } from './lane-activation';

// What follows a product, while its block is still in cache.

/** y = activation(x), by its place in `gemmActivations` of src/operators/gemm.ts. */
function activate(activation: i32, x: v128): v128 {
  if (activation === 0) return x;
  if (activation === 1) return f32x4.pmax(x, f32x4.splat(0));
  if (activation === 2) return gelu(x);
  if (activation === 3) return geluTanh(x);
  if (activation === 4) return silu(x);
  if (activation === 5) return tanh(x);
  if (activation === 6) return sigmoid(x);
  return softplus(x);
}

/** One vector: activation(alpha product + beta add + bias). add: 0 or 4 elements; bias: 0 or 4 elements. */
function finish(product: v128, alpha: v128, beta: v128, activation: i32, add: usize, bias: usize): v128 {
  let x = f32x4.mul(product, alpha);
  if (add) x = fma(v128.load(add), beta, x);
  if (bias) x = f32x4.add(x, v128.load(bias));
  return activate(activation, x);
}

/** The same for the first of four lanes. */
function finishOne(product: f32, alpha: v128, beta: v128, activation: i32, add: usize, bias: usize): f32 {
  let x = f32x4.mul(f32x4.splat(product), alpha);
  if (add) x = fma(v128.load32_splat(add), beta, x);
  if (bias) x = f32x4.add(x, v128.load32_splat(bias));
  return f32x4.extract_lane(activate(activation, x), 0);
}

/**
 * c = activation(alpha c + beta add + bias). c: [rows,columns] at N a row, in place; add: 0 or the same layout;
 * bias: 0 or [columns].
 */
export function epilogue(
  rows: i32,
  columns: i32,
  N: i32,
  alpha: f32,
  beta: f32,
  activation: i32,
  add: usize,
  bias: usize,
  c: usize,
): void {
  const wideAlpha = f32x4.splat(alpha);
  const wideBeta = f32x4.splat(beta);
  for (let i = 0; i < rows; i++) {
    let j = 0;
    let at: usize = 0;
    for (; j + 4 <= columns; j += 4) {
      const value = finish(
        v128.load(c + at),
        wideAlpha,
        wideBeta,
        activation,
        add ? add + at : 0,
        bias ? bias + at : 0,
      );
      v128.store(c + at, value);
      at += 16;
    }
    for (; j < columns; j++) {
      const value = load<f32>(c + at);
      store<f32>(c + at, finishOne(value, wideAlpha, wideBeta, activation, add ? add + at : 0, bias ? bias + at : 0));
      at += 4;
    }
    c += (<usize>N) << 2;
    if (add) add += (<usize>N) << 2;
  }
}

/** The epilogue of rows [begin, end) of products that were written whole. Parameters as above; c: [rows,N]. */
export function gemmFinish(
  begin: i32,
  end: i32,
  N: i32,
  alpha: f32,
  beta: f32,
  activation: i32,
  add: usize,
  bias: usize,
  c: usize,
): void {
  const skip = (<usize>begin * N) << 2;
  epilogue(end - begin, N, N, alpha, beta, activation, add ? add + skip : 0, bias, c + skip);
}
