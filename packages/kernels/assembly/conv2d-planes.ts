/** Planes [begin, end) filled with their channel's bias, or 0 without one. bias: [channels] or 0; y: [.., channels, size]. */
export function fillPlanes(begin: i32, end: i32, channels: i32, size: i32, bias: usize, y: usize): void {
  for (let plane = begin; plane < end; plane++) {
    const value = bias ? load<f32>(bias + ((<usize>(plane % channels)) << 2)) : 0;
    fillPlane(y + ((<usize>plane * size) << 2), size, value);
  }
}

/** y = value. y: [size]. */
export function fillPlane(y: usize, size: i32, value: f32): void {
  const wide = f32x4.splat(value);
  let i = 0;
  for (; i + 4 <= size; i += 4) v128.store(y + ((<usize>i) << 2), wide);
  for (; i < size; i++) store<f32>(y + ((<usize>i) << 2), value);
}

/**
 * Channels [begin, end) of a block of `count` positions, which begins at `position` of image number `image`, into their
 * planes, plus bias. bias: [.., from the group's first] or 0; block: [channels, count]; y: [.., channels, size] from the
 * group's first on.
 */
export function storePlanes(
  begin: i32,
  end: i32,
  count: i32,
  image: i32,
  position: i32,
  channels: i32,
  size: i32,
  bias: usize,
  block: usize,
  y: usize,
): void {
  for (let channel = begin; channel < end; channel++) {
    const value = bias ? load<f32>(bias + ((<usize>channel) << 2)) : 0;
    const wide = f32x4.splat(value);
    let from = block + ((<usize>channel * count) << 2);
    let to = y + (((<usize>image * channels + channel) * size + position) << 2);
    let run = min(size - position, count);
    for (let rest = count; rest > 0; ) {
      let i = 0;
      for (; i + 4 <= run; i += 4) {
        const at = (<usize>i) << 2;
        v128.store(to + at, f32x4.add(v128.load(from + at), wide));
      }
      for (; i < run; i++) {
        const at = (<usize>i) << 2;
        store<f32>(to + at, load<f32>(from + at) + value);
      }
      from += (<usize>run) << 2;
      to += (<usize>(channels - 1) * size + run) << 2;
      rest -= run;
      run = min(size, rest);
    }
  }
}

/** Channels [begin, end) of the sum over images and positions, in float64. x: [images, channels, size]; sums: [channels]. */
export function planeSums(begin: i32, end: i32, images: i32, channels: i32, size: i32, x: usize, sums: usize): void {
  for (let channel = begin; channel < end; channel++) {
    let low = f64x2.splat(0);
    let high = low;
    let rest: f64 = 0;
    for (let n = 0; n < images; n++) {
      const from = x + (((<usize>n * channels + channel) * size) << 2);
      let i = 0;
      for (; i + 4 <= size; i += 4) {
        const value = v128.load(from + ((<usize>i) << 2));
        low = f64x2.add(low, f64x2.promote_low_f32x4(value));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 0, 1)));
      }
      for (; i < size; i++) rest += <f64>load<f32>(from + ((<usize>i) << 2));
    }
    const sum = f64x2.add(low, high);
    store<f32>(sums + ((<usize>channel) << 2), <f32>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest));
  }
}
