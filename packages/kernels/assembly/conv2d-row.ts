// Rows of images and maps of a convolution: which positions of a row lie inside the image, and copies with a stride.

/** The first position j >= 0 with j stride + offset >= 0. */
export function firstInside(offset: i32, stride: i32): i32 {
  if (offset >= 0) return 0;
  // The common stride without the division, which would take longer than a short row.
  return stride === 1 ? -offset : (stride - 1 - offset) / stride;
}

/** One past the last of `count` positions with j stride + offset < size. */
export function endInside(offset: i32, stride: i32, size: i32, count: i32): i32 {
  if (offset >= size) return 0;
  return min(count, stride === 1 ? size - offset : (size - offset + stride - 1) / stride);
}

/** to = 0. to: [count]. */
export function clear(to: usize, count: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + ((<usize>i) << 2), zero);
  for (; i < count; i++) store<f32>(to + ((<usize>i) << 2), 0);
}

/** to[i] = from[i stride]. to: [count]; from: [(count - 1) stride + 1]. */
export function gatherRow(to: usize, from: usize, stride: i32, count: i32): void {
  let i = 0;
  if (stride === 1) {
    for (; i + 4 <= count; i += 4) v128.store(to + ((<usize>i) << 2), v128.load(from + ((<usize>i) << 2)));
  } else if (stride === 2) {
    // One less than would fit: the second vector reads one element past the last it needs.
    for (; i + 4 < count; i += 4) {
      const at = from + ((<usize>i) << 3);
      v128.store(to + ((<usize>i) << 2), v128.shuffle<f32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6));
    }
  }
  for (; i < count; i++) store<f32>(to + ((<usize>i) << 2), load<f32>(from + ((<usize>i * stride) << 2)));
}

/** to[i stride] += from[i]. to: [(count - 1) stride + 1]; from: [count]. */
export function scatterRow(to: usize, from: usize, stride: i32, count: i32): void {
  let i = 0;
  if (stride === 1) {
    for (; i + 4 <= count; i += 4) {
      const at = to + ((<usize>i) << 2);
      v128.store(at, f32x4.add(v128.load(at), v128.load(from + ((<usize>i) << 2))));
    }
  } else if (stride === 2) {
    const zero = f32x4.splat(0);
    for (; i + 4 < count; i += 4) {
      const at = to + ((<usize>i) << 3);
      const value = v128.load(from + ((<usize>i) << 2));
      v128.store(at, f32x4.add(v128.load(at), v128.shuffle<f32>(value, zero, 0, 4, 1, 5)));
      v128.store(at, f32x4.add(v128.load(at, 16), v128.shuffle<f32>(value, zero, 2, 4, 3, 5)), 16);
    }
  }
  for (; i < count; i++) {
    const at = to + ((<usize>i * stride) << 2);
    store<f32>(at, load<f32>(at) + load<f32>(from + ((<usize>i) << 2)));
  }
}

/** to = a row of the image at column offset + i stride, 0 outside it. to: [count]; from: [W]. */
export function gatherPadded(to: usize, from: usize, W: i32, offset: i32, stride: i32, count: i32): void {
  const end = endInside(offset, stride, W, count);
  const first = min(firstInside(offset, stride), end);
  clear(to, first);
  gatherRow(to + ((<usize>first) << 2), from + ((<usize>(first * stride + offset)) << 2), stride, end - first);
  clear(to + ((<usize>end) << 2), count - end);
}
