import { sigmoid } from './lane';
import { geluSlope, geluTanhSlope, reluPasses, sigmoidSlope, siluSlope, tanhSlope } from './lane-activation';

// Elements [begin, end) of dx = dy f'(x); begin is a multiple of 4. The last vector is computed whole: tensors are allocated in
// multiples of 64 bytes. x, dy, dx: [end] float32.

/** dy where x > 0, 0 where x <= 0, NaN where x is NaN. x, dy, dx: [end]. */
export function reluGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) {
    v128.store(dx + i, reluPasses(v128.load(x + i), v128.load(dy + i)));
  }
}

/** dy geluSlope(x). x, dy, dx: [end]. */
export function geluGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), geluSlope(v128.load(x + i))));
  }
}

/** dy geluTanhSlope(x). x, dy, dx: [end]. */
export function geluTanhGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), geluTanhSlope(v128.load(x + i))));
  }
}

/** dy siluSlope(x). x, dy, dx: [end]. */
export function siluGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), siluSlope(v128.load(x + i))));
  }
}

/** dy tanhSlope(x). x, dy, dx: [end]. */
export function tanhGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), tanhSlope(v128.load(x + i))));
  }
}

/** dy sigmoidSlope(x). x, dy, dx: [end]. */
export function sigmoidGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), sigmoidSlope(v128.load(x + i))));
  }
}

/** dy sigmoid(x). x, dy, dx: [end]. */
export function softplusGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  for (let i = (<usize>begin) << 2; i < last; i += 16) {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), sigmoid(v128.load(x + i))));
  }
}
