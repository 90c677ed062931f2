/** The first min(count, 4) elements at `from`, 0 beyond. from: [count]. */
export function loadLanes(from: usize, count: i32): v128 {
  return loadLanesElse(from, count, f32x4.splat(0));
}

/** The first min(count, 4) elements at `from`, the lanes of `beyond` after them. from: [count]. */
export function loadLanesElse(from: usize, count: i32, beyond: v128): v128 {
  if (count >= 4) return v128.load(from);
  let lanes = v128.load32_lane(from, beyond, 0);
  if (count > 1) lanes = v128.load32_lane(from, lanes, 1, 4);
  if (count > 2) lanes = v128.load32_lane(from, lanes, 2, 8);
  return lanes;
}

/** Stores the first min(count, 4) lanes. to: [count]. */
export function storeLanes(to: usize, lanes: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, lanes);
    return;
  }
  v128.store32_lane(to, lanes, 0);
  if (count > 1) v128.store32_lane(to, lanes, 1, 4);
  if (count > 2) v128.store32_lane(to, lanes, 2, 8);
}
