import { exp, log, sigmoid, softplus, tanh } from './lane';
import { gelu, geluTanh, silu } from './lane-activation';

// Elements [begin, end) of y = f(x); begin is a multiple of 4. The last vector is computed whole: tensors are allocated in
// multiples of 64 bytes. x, y: [end] float32.

/** y = max(x, 0); NaN for NaN. x, y: [end]. */
export function reluElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, f32x4.pmax(v128.load(x + i), f32x4.splat(0)));
}

/** y = x Phi(x). x, y: [end]. */
export function geluElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, gelu(v128.load(x + i)));
}

/** y = the tanh form of GELU. x, y: [end]. */
export function geluTanhElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, geluTanh(v128.load(x + i)));
}

/** y = x sigmoid(x). x, y: [end]. */
export function siluElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, silu(v128.load(x + i)));
}

/** y = tanh(x). x, y: [end]. */
export function tanhElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, tanh(v128.load(x + i)));
}

/** y = 1 / (1 + e^-x). x, y: [end]. */
export function sigmoidElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, sigmoid(v128.load(x + i)));
}

/** y = log(1 + e^x). x, y: [end]. */
export function softplusElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, softplus(v128.load(x + i)));
}

/** y = e^x. x, y: [end]. */
export function expElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, exp(v128.load(x + i)));
}

/** y = log(x). x, y: [end]. */
export function logElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) v128.store(y + i, log(v128.load(x + i)));
}
