// The last one to three elements of a row, so that they run through the same arithmetic on four lanes as the others.

/** `count` (1, 2 or 3) elements in the first lanes, the rest as in `fill`. at: [count] */
export function loadTail(count: i32, at: usize, fill: v128): v128 {
  if (count === 1) return v128.load32_lane(at, fill, 0);
  const pair = v128.load64_lane(at, fill, 0);
  return count === 2 ? pair : v128.load32_lane(at, pair, 2, 8);
}

/** The next four elements, or the `left` that are left and then those of `fill`. at: [left], left > 0 */
export function loadNext(left: i32, at: usize, fill: v128): v128 {
  return left >= 4 ? v128.load(at) : loadTail(left, at, fill);
}

/** The same with 0 beyond. at: [left], left > 0 */
export function loadLanes(at: usize, left: i32): v128 {
  return loadNext(left, at, f32x4.splat(0));
}

/** Writes the first four lanes, or the `left` that are left. at: [left], left > 0 */
export function storeLanes(at: usize, x: v128, left: i32): void {
  if (left >= 4) v128.store(at, x);
  else storeTail(left, at, x);
}

/** Writes the first `count` (1, 2 or 3) lanes. at: [count] */
export function storeTail(count: i32, at: usize, x: v128): void {
  if (count === 1) {
    v128.store32_lane(at, x, 0);
    return;
  }
  v128.store64_lane(at, x, 0);
  if (count === 3) v128.store32_lane(at, x, 2, 8);
}
