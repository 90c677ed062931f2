import { sigmoid } from './lane';
import { geluSlope, geluTanhSlope, reluPasses, sigmoidSlope, siluSlope, tanhSlope } from './lane-activation';

// Elements [begin, end) of dx = dy f'(x); begin < end, begin a multiple of 4. The last vector is computed whole: tensors are
// allocated in multiples of 64 bytes. do-while, so that V8 keeps the constants out of the loop. x, dy, dx: [end] float32.

/** dy where x > 0, 0 where x <= 0, NaN where x is NaN. x, dy, dx: [end]. */
export function reluGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(dx + i, reluPasses(v128.load(x + i), v128.load(dy + i)));
    i += 16;
  } while (i < last);
}

/** dy geluSlope(x). x, dy, dx: [end]. */
export function geluGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), inline.always(geluSlope(v128.load(x + i)))));
    i += 16;
  } while (i < last);
}

/** dy geluTanhSlope(x). x, dy, dx: [end]. */
export function geluTanhGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), inline.always(geluTanhSlope(v128.load(x + i)))));
    i += 16;
  } while (i < last);
}

/** dy siluSlope(x). x, dy, dx: [end]. */
export function siluGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), inline.always(siluSlope(v128.load(x + i)))));
    i += 16;
  } while (i < last);
}

/** dy tanhSlope(x). x, dy, dx: [end]. */
export function tanhGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), inline.always(tanhSlope(v128.load(x + i)))));
    i += 16;
  } while (i < last);
}

/** dy sigmoidSlope(x). x, dy, dx: [end]. */
export function sigmoidGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), inline.always(sigmoidSlope(v128.load(x + i)))));
    i += 16;
  } while (i < last);
}

/** dy sigmoid(x). x, dy, dx: [end]. */
export function softplusGradient(begin: i32, end: i32, x: usize, dy: usize, dx: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(dx + i, f32x4.mul(v128.load(dy + i), inline.always(sigmoid(v128.load(x + i)))));
    i += 16;
  } while (i < last);
}
