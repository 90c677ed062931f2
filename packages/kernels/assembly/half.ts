// Elements [begin, end) converted between float32 and the floating-point types of two bytes, eight at a time; begin is a
// multiple of 8. The last vectors are computed whole: tensors are allocated in multiples of 64 bytes. All arithmetic is on the
// bits, except where a subnormal is shifted into place by the rounding of one exact or correctly rounded float32 sum. A NaN
// has its fraction's first bit set, which makes it quiet.

/** x: [end] float16; y: [end] float32. */
export function float16ToFloat32(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = <usize>begin; i < <usize>end; i += 8) {
    const from = x + (i << 1);
    const to = y + (i << 2);
    v128.store(to, widenFloat16(v128.load_ext<u16>(from)));
    v128.store(to, widenFloat16(v128.load_ext<u16>(from, 8)), 16);
  }
}

/** x: [end] float32; y: [end] float16. */
export function float32ToFloat16(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = <usize>begin; i < <usize>end; i += 8) {
    const from = x + (i << 2);
    const left = narrowFloat16(v128.load(from));
    v128.store(y + (i << 1), i16x8.narrow_i32x4_u(left, narrowFloat16(v128.load(from, 16))));
  }
}

/** x: [end] bfloat16; y: [end] float32. */
export function bfloat16ToFloat32(begin: i32, end: i32, x: usize, y: usize): void {
  const zero = i32x4.splat(0);
  for (let i = <usize>begin; i < <usize>end; i += 8) {
    const bits = v128.load(x + (i << 1));
    const nan = i16x8.gt_s(v128.and(bits, i16x8.splat(0x7fff)), i16x8.splat(0x7f80));
    const quiet = v128.or(bits, v128.and(nan, i16x8.splat(0x40)));
    const to = y + (i << 2);
    v128.store(to, v128.shuffle<i16>(zero, quiet, 0, 8, 0, 9, 0, 10, 0, 11));
    v128.store(to, v128.shuffle<i16>(zero, quiet, 0, 12, 0, 13, 0, 14, 0, 15), 16);
  }
}

/** x: [end] float32; y: [end] bfloat16. */
export function float32ToBfloat16(begin: i32, end: i32, x: usize, y: usize): void {
  for (let i = <usize>begin; i < <usize>end; i += 8) {
    const from = x + (i << 2);
    const left = narrowBfloat16(v128.load(from));
    v128.store(y + (i << 1), i16x8.narrow_i32x4_u(left, narrowBfloat16(v128.load(from, 16))));
  }
}

/** Four float16, one in the lower half of each lane, as float32. */
function widenFloat16(half: v128): v128 {
  const magnitude = v128.and(half, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.xor(half, magnitude), 16);
  const bits = i32x4.shl(magnitude, 13);
  // Exponents are 127 - 15 apart; 31 becomes 255.
  const offset = i32x4.splat(112 << 23);
  const special = v128.and(i32x4.gt_s(magnitude, i32x4.splat(0x7bff)), offset);
  const quiet = v128.and(i32x4.gt_s(magnitude, i32x4.splat(0x7c00)), i32x4.splat(0x400000));
  const normal = v128.or(i32x4.add(i32x4.add(bits, offset), special), quiet);
  // (1 + fraction) 2^-14 - 2^-14, exact.
  const smallest = i32x4.splat(113 << 23);
  const subnormal = f32x4.sub(i32x4.add(bits, smallest), smallest);
  return v128.or(sign, v128.bitselect(subnormal, normal, i32x4.lt_s(magnitude, i32x4.splat(0x400))));
}

/** Four float32 rounded to float16, one in each lane. */
function narrowFloat16(x: v128): v128 {
  const magnitude = v128.and(x, i32x4.splat(0x7fffffff));
  const sign = i32x4.shr_u(v128.xor(x, magnitude), 16);
  // Half a unit of the last place, less the smallest part if the bit to be kept last is 0; exponents are 112 apart.
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const rounding = i32x4.add(odd, i32x4.splat(0xfff - (112 << 23)));
  const normal = i32x4.min_s(i32x4.shr_s(i32x4.add(magnitude, rounding), 13), i32x4.splat(0x7c00));
  // The last place of 1/2 is 2^-24, that of a subnormal float16.
  const half = i32x4.splat(126 << 23);
  const subnormal = i32x4.sub(f32x4.add(magnitude, half), half);
  const finite = v128.bitselect(subnormal, normal, i32x4.lt_s(magnitude, i32x4.splat(113 << 23)));
  const payload = v128.or(v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(0x3ff)), i32x4.splat(0x7e00));
  const nan = i32x4.gt_s(magnitude, i32x4.splat(0x7f800000));
  return v128.or(sign, v128.bitselect(payload, finite, nan));
}

/** Four float32 rounded to bfloat16, one in each lane. */
function narrowBfloat16(x: v128): v128 {
  const kept = i32x4.shr_u(x, 16);
  const odd = v128.and(kept, i32x4.splat(1));
  const rounded = i32x4.shr_u(i32x4.add(x, i32x4.add(odd, i32x4.splat(0x7fff))), 16);
  const nan = i32x4.gt_s(v128.and(x, i32x4.splat(0x7fffffff)), i32x4.splat(0x7f800000));
  return v128.bitselect(v128.or(kept, i32x4.splat(0x40)), rounded, nan);
}
