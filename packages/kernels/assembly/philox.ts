/**
 * The sixteen random words of Philox 4x32-10 at the counters block + 0, 1, 2 and 3, in that order, four words each; block
 * is a multiple of 4. The counter's words are block low, block high, stream low, stream high, the key is the seed.
 * Source: Salmon et al. 2011, section 3.3. words: u32 [16].
 */
export function philox(block: u64, stream: u64, seed: u64, words: usize): void {
  const multiplierA = i32x4.splat(0xd2511f53);
  const multiplierB = i32x4.splat(0xcd9e8d57);
  const bumpA = i32x4.splat(0x9e3779b9);
  const bumpB = i32x4.splat(0xbb67ae85);
  // One counter in each lane. As the block is a multiple of 4, no lane carries.
  let a = v128.or(i32x4.splat(<i32>block), i32x4(0, 1, 2, 3));
  let b = i32x4.splat(<i32>(block >> 32));
  let c = i32x4.splat(<i32>stream);
  let d = i32x4.splat(<i32>(stream >> 32));
  let keyA = i32x4.splat(<i32>seed);
  let keyB = i32x4.splat(<i32>(seed >> 32));
  for (let round = 0; round < 10; round++) {
    const lowA = i64x2.extmul_low_i32x4_u(a, multiplierA);
    const highA = i64x2.extmul_high_i32x4_u(a, multiplierA);
    const lowB = i64x2.extmul_low_i32x4_u(c, multiplierB);
    const highB = i64x2.extmul_high_i32x4_u(c, multiplierB);
    a = v128.xor(v128.xor(v128.shuffle<i32>(lowB, highB, 1, 3, 5, 7), b), keyA);
    b = v128.shuffle<i32>(lowB, highB, 0, 2, 4, 6);
    c = v128.xor(v128.xor(v128.shuffle<i32>(lowA, highA, 1, 3, 5, 7), d), keyB);
    d = v128.shuffle<i32>(lowA, highA, 0, 2, 4, 6);
    keyA = i32x4.add(keyA, bumpA);
    keyB = i32x4.add(keyB, bumpB);
  }
  // From one word of four counters in each vector to four words of one counter.
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const abLater = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cdLater = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(words, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
  v128.store(words, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7), 16);
  v128.store(words, v128.shuffle<i32>(abLater, cdLater, 0, 1, 4, 5), 32);
  v128.store(words, v128.shuffle<i32>(abLater, cdLater, 2, 3, 6, 7), 48);
}

/** A 64-bit word of its halves. */
export function join(low: u32, high: u32): u64 {
  return ((<u64>high) << 32) | low;
}

/** Copies those of a group's 16 elements of `size` bytes that belong to y. values: [16]; y: [count]. */
export function deliver(group: i32, shift: i32, count: u32, size: i32, values: usize, y: usize): void {
  const first = ((<i64>group) << 4) - shift;
  const to = y + <usize>(first * size);
  if (first >= 0 && first + 16 <= <i64>count) {
    for (let at: usize = 0; at < <usize>(16 * size); at += 16) v128.store(to + at, v128.load(values + at));
    return;
  }
  const last = min<i64>(16, <i64>count - first) * size;
  for (let at = max<i64>(0, -first) * size; at < last; at++) {
    store<u8>(to + <usize>at, load<u8>(values + <usize>at));
  }
}
