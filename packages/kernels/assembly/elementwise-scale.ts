import { fma } from './lane';

// Elements [begin, end); begin < end, begin a multiple of 4. The last vector is computed whole: tensors are allocated in multiples
// of 64 bytes.

/** y = factor x. x, y: [end]. */
export function scaleElements(begin: i32, end: i32, factor: f32, x: usize, y: usize): void {
  const wide = f32x4.splat(factor);
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(y + i, f32x4.mul(wide, v128.load(x + i)));
    i += 16;
  } while (i < last);
}

/** z = alpha x + y. x, y, z: [end]. */
export function axpyElements(begin: i32, end: i32, alpha: f32, x: usize, y: usize, z: usize): void {
  const wide = f32x4.splat(alpha);
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  do {
    v128.store(z + i, fma(wide, v128.load(x + i), v128.load(y + i)));
    i += 16;
  } while (i < last);
}

/** Copies of x one after the other. x: [length]; y: [copies, length]. */
export function repeatRow(copies: i32, length: i32, x: usize, y: usize): void {
  const bytes = (<usize>length) << 2;
  for (let copy: usize = 0; copy < <usize>copies; copy++) memory.copy(y + copy * bytes, x, bytes);
}
