import { fma, sumLanes } from './lane';
import { loadTail } from './tail';

// The passes over one row that softmax, logSoftmax and logSumExp are made of. Their loops are tested at the bottom: V8 then keeps
// constants in registers, where with the test on top it builds all of them anew in every turn, a third of the time.

/**
 * e^x for x <= 0, relative error (2.3 |x| + 5) 2^-24, mostly that of x log2(e) in float32; 0 from -88.4 down, -Infinity included.
 * NaN stays NaN, as pmax returns its first operand then. 2^f is the square of a fit to 2^(f/2), which saves an addition. The
 * magic number 1.5 * 2^23 + 127 leaves the biased exponent of 2^n in the low bits.
 */
export function expNonPositive(x: v128): v128 {
  const t = f32x4.pmax(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(-127.0));
  const magic = f32x4.splat(12583039.0);
  const shifted = f32x4.add(t, magic);
  const f = f32x4.sub(t, f32x4.sub(shifted, magic));
  let p = fma(f32x4.splat(0.000600624788), f, f32x4.splat(0.00695082892));
  p = fma(p, f, f32x4.splat(0.0600568452));
  p = fma(p, f, f32x4.splat(0.34657282));
  p = fma(p, f, f32x4.splat(1.0));
  return f32x4.mul(f32x4.mul(p, p), i32x4.shl(shifted, 23));
}

/** The largest of x in all lanes, passing over NaN; -Infinity if there is none. x: [columns] */
export function largest(columns: i32, x: usize): v128 {
  let top = f32x4.splat(-Infinity);
  const end = x + ((<usize>columns) << 2);
  let at = x;
  if (columns >= 8) {
    let other = top;
    const last = end - 32;
    do {
      top = f32x4.pmax(top, v128.load(at));
      other = f32x4.pmax(other, v128.load(at, 16));
      at += 32;
    } while (at <= last);
    top = f32x4.pmax(top, other);
  }
  if (columns & 4) {
    top = f32x4.pmax(top, v128.load(at));
    at += 16;
  }
  if (columns & 3) top = f32x4.pmax(top, loadTail(columns & 3, at, f32x4.splat(-Infinity)));
  top = f32x4.pmax(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1));
  return f32x4.pmax(top, v128.shuffle<f32>(top, top, 1, 0, 3, 2));
}

/** sum e^(x - top). x: [columns] */
export function sumExponentials(columns: i32, x: usize, top: v128): f32 {
  let sum = f32x4.splat(0);
  const end = x + ((<usize>columns) << 2);
  let at = x;
  if (columns >= 8) {
    let other = sum;
    const last = end - 32;
    do {
      sum = f32x4.add(sum, expNonPositive(f32x4.sub(v128.load(at), top)));
      other = f32x4.add(other, expNonPositive(f32x4.sub(v128.load(at, 16), top)));
      at += 32;
    } while (at <= last);
    sum = f32x4.add(sum, other);
  }
  if (columns & 4) {
    sum = f32x4.add(sum, expNonPositive(f32x4.sub(v128.load(at), top)));
    at += 16;
  }
  if (columns & 3) {
    const tail = loadTail(columns & 3, at, f32x4.splat(-Infinity));
    sum = f32x4.add(sum, expNonPositive(f32x4.sub(tail, top)));
  }
  return sumLanes(sum);
}

/** Whether any of x is NaN. x: [columns] */
export function hasNaN(columns: i32, x: usize): bool {
  const end = x + ((<usize>columns) << 2);
  for (let at = x; at < end; at += 4) {
    if (!(load<f32>(at) <= <f32>Infinity)) return true;
  }
  return false;
}
