import { deliver, join, philox } from './philox';

// Groups of sixteen positions, as in random.ts.

/**
 * 1 where a word is below 2^32 p, else 0. Every p is `threshold` / 2^32, or 1 if `certain` is not 0, unless there are
 * probabilities. probability: float32 [count] or 0; y: bytes [count]; scratch: 128 bytes.
 */
export function randomBernoulli(
  begin: i32,
  end: i32,
  count: u32,
  shift: i32,
  groupLow: u32,
  groupHigh: u32,
  streamLow: u32,
  streamHigh: u32,
  seedLow: u32,
  seedHigh: u32,
  threshold: u32,
  certain: i32,
  probability: usize,
  y: usize,
  scratch: usize,
): void {
  const stream = join(streamLow, streamHigh);
  const seed = join(seedLow, seedHigh);
  const always = i32x4.splat(certain ? -1 : 0);
  const ones = i8x16.splat(1);
  for (let group = begin; group < end; group++) {
    philox((join(groupLow, groupHigh) + group) << 2, stream, seed, scratch);
    for (let part = 0; part < 4; part++) {
      const word = scratch + ((<usize>part) << 4);
      let hit = v128.or(i32x4.lt_u(v128.load(word), i32x4.splat(threshold)), always);
      if (probability) {
        const p = gather(group, part, shift, count, probability, scratch + 64);
        const level = i32x4.trunc_sat_f32x4_u(f32x4.mul(p, f32x4.splat(4294967296.0)));
        hit = v128.or(i32x4.lt_u(v128.load(word), level), f32x4.ge(p, f32x4.splat(1.0)));
      }
      v128.store(word, hit);
    }
    const low = i16x8.narrow_i32x4_s(v128.load(scratch), v128.load(scratch, 16));
    const high = i16x8.narrow_i32x4_s(v128.load(scratch, 32), v128.load(scratch, 48));
    v128.store(scratch, v128.and(i8x16.narrow_i16x8_s(low, high), ones));
    deliver(group, shift, count, 1, scratch, y);
  }
}

/**
 * A permutation of 0 to count - 1: Fisher and Yates' shuffle, whose bounded integers are Lemire's (2019): of word * bound
 * the upper half, unless the lower one is among the 2^32 mod bound that some integers would have too many of.
 * y: int32 [count]; scratch: 64 bytes.
 */
export function randomPermutation(
  count: u32,
  shift: i32,
  groupLow: u32,
  groupHigh: u32,
  streamLow: u32,
  streamHigh: u32,
  seedLow: u32,
  seedHigh: u32,
  y: usize,
  scratch: usize,
): void {
  const stream = join(streamLow, streamHigh);
  const seed = join(seedLow, seedHigh);
  let group = join(groupLow, groupHigh);
  let next = <usize>shift;
  philox(group << 2, stream, seed, scratch);
  if (count) store<u32>(y, 0);
  for (let i: u32 = 1; i < count; i++) {
    const bound = i + 1;
    let product: u64 = 0;
    do {
      if (next === 16) {
        philox(++group << 2, stream, seed, scratch);
        next = 0;
      }
      product = <u64>load<u32>(scratch + (next++ << 2)) * bound;
      // The remainder is below the bound, so it is needed only if the lower half is.
    } while (<u32>product < bound && <u32>product < (0 - bound) % bound);
    const at = y + ((<usize>i) << 2);
    const other = y + ((<usize>(product >> 32)) << 2);
    store<u32>(at, load<u32>(other));
    store<u32>(other, i);
  }
}

/** Elements 4 part to 4 part + 3 of a group of x, 0 for those outside. x: [count]; scratch: 16 bytes. */
function gather(group: i32, part: i32, shift: i32, count: u32, x: usize, scratch: usize): v128 {
  const first = ((<i64>group) << 4) + (part << 2) - shift;
  if (first >= 0 && first + 4 <= <i64>count) return v128.load(x + <usize>(first << 2));
  for (let lane: i64 = 0; lane < 4; lane++) {
    const inside = first + lane >= 0 && first + lane < <i64>count;
    const value = inside ? load<f32>(x + <usize>((first + lane) << 2)) : 0;
    store<f32>(scratch + <usize>(lane << 2), value);
  }
  return v128.load(scratch);
}
