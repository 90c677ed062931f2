import { exp, expInside, log, sigmoid, softplus, tanh } from './lane';
import { gelu, geluTanh, silu } from './lane-activation';

// Elements [begin, end) of y = f(x); begin < end, begin a multiple of 4. The last vector is computed whole: tensors are allocated
// in multiples of 64 bytes. do-while, so that V8 keeps the constants out of the loop. x, y: [end] float32.

/** y = max(x, 0); NaN for NaN. x, y: [end]. */
export function reluElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, f32x4.pmax(v128.load(x + i), f32x4.splat(0)));
    i += 16;
  } while (i < last);
}

/** y = x Phi(x). x, y: [end]. */
export function geluElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, inline.always(gelu(v128.load(x + i))));
    i += 16;
  } while (i < last);
}

/** y = the tanh form of GELU. x, y: [end]. */
export function geluTanhElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, inline.always(geluTanh(v128.load(x + i))));
    i += 16;
  } while (i < last);
}

/** y = x sigmoid(x). x, y: [end]. */
export function siluElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, inline.always(silu(v128.load(x + i))));
    i += 16;
  } while (i < last);
}

/** y = tanh(x). x, y: [end]. */
export function tanhElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, inline.always(tanh(v128.load(x + i))));
    i += 16;
  } while (i < last);
}

/** y = 1 / (1 + e^-x). x, y: [end]. */
export function sigmoidElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, inline.always(sigmoid(v128.load(x + i))));
    i += 16;
  } while (i < last);
}

/** y = log(1 + e^x). x, y: [end]. */
export function softplusElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, inline.always(softplus(v128.load(x + i))));
    i += 16;
  } while (i < last);
}

/** y = e^x, with the same bits in fours that need no bounds and alone. x, y: [end]. */
export function expElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  const edge = f32x4.splat(87.0);
  let i = (<usize>begin) << 2;
  for (; i + 64 <= last; i += 64) {
    const a = v128.load(x + i);
    const b = v128.load(x + i, 16);
    const c = v128.load(x + i, 32);
    const d = v128.load(x + i, 48);
    const left = f32x4.pmax(f32x4.abs(a), f32x4.abs(b));
    const right = f32x4.pmax(f32x4.abs(c), f32x4.abs(d));
    // NaN is not above the edge, and stays NaN either way.
    if (v128.any_true(v128.or(f32x4.gt(left, edge), f32x4.gt(right, edge)))) {
      expBounded(64, x + i, y + i);
      continue;
    }
    v128.store(y + i, inline.always(expInside(a)));
    v128.store(y + i, inline.always(expInside(b)), 16);
    v128.store(y + i, inline.always(expInside(c)), 32);
    v128.store(y + i, inline.always(expInside(d)), 48);
  }
  if (i < last) expBounded(last - i, x + i, y + i);
}

/** y = e^x over the whole range. x, y: bytes rounded up to 16, at least 1. */
function expBounded(bytes: usize, x: usize, y: usize): void {
  let i: usize = 0;
  do {
    v128.store(y + i, exp(v128.load(x + i)));
    i += 16;
  } while (i < bytes);
}

/** y = log(x). x, y: [end]. */
export function logElements(begin: i32, end: i32, x: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, inline.always(log(v128.load(x + i))));
    i += 16;
  } while (i < last);
}
