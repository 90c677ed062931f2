import { clear, endInside, firstInside, gatherPadded, scatterRow } from './conv2d-row';

// A block of `count` map positions, beginning at `position` of image number `image` and running on through the images
// after it, becomes a matrix with one row for each channel and kernel element (im2col, Chellapilla et al. 2006).

/**
 * Rows [begin, end) of the block's columns: columns[k, p] = the image under kernel element k at position p, 0 in the padding.
 * x: [.., C, H, W] from its group's first channel on; columns: [channels KH KW, count].
 */
export function conv2dColumns(
  begin: i32,
  end: i32,
  count: i32,
  image: i32,
  position: i32,
  C: i32,
  H: i32,
  W: i32,
  outH: i32,
  outW: i32,
  KH: i32,
  KW: i32,
  strideV: i32,
  strideH: i32,
  dilationV: i32,
  dilationH: i32,
  top: i32,
  left: i32,
  x: usize,
  columns: usize,
): void {
  const taps = KH * KW;
  const planeBytes = (<usize>H * W) << 2;
  for (let k = begin; k < end; k++) {
    const tap = k % taps;
    const rowOffset = (tap / KW) * dilationV - top;
    const columnOffset = (tap % KW) * dilationH - left;
    let plane = x + (<usize>image * C + k / taps) * planeBytes;
    let to = columns + ((<usize>k * count) << 2);
    let i = position / outW;
    let j = position % outW;
    for (let rest = count; rest > 0; ) {
      const run = min(outW - j, rest);
      const row = i * strideV + rowOffset;
      if (row < 0 || row >= H) clear(to, run);
      else gatherPadded(to, plane + ((<usize>row * W) << 2), W, j * strideH + columnOffset, strideH, run);
      to += (<usize>run) << 2;
      rest -= run;
      j += run;
      if (j < outW) continue;
      j = 0;
      if (++i < outH) continue;
      i = 0;
      plane += <usize>C * planeBytes;
    }
  }
}

/**
 * Adds the block's columns to the image (col2im). Items [begin, end) are pairs (channel, image of the block),
 * channel-major; each adds its kernel elements in ascending order. columns: [channels KH KW, count]; x: [.., C, H, W]
 * from its group's first channel on.
 */
export function conv2dScatter(
  begin: i32,
  end: i32,
  count: i32,
  images: i32,
  image: i32,
  position: i32,
  C: i32,
  H: i32,
  W: i32,
  outH: i32,
  outW: i32,
  KH: i32,
  KW: i32,
  strideV: i32,
  strideH: i32,
  dilationV: i32,
  dilationH: i32,
  top: i32,
  left: i32,
  columns: usize,
  x: usize,
): void {
  const taps = KH * KW;
  const N = outH * outW;
  for (let item = begin; item < end; item++) {
    const c = item / images;
    const n = item % images;
    const plane = x + (((<usize>(image + n) * C + c) * H * W) << 2);
    const from = n === 0 ? position : 0;
    const to = min(N, position + count - n * N);
    for (let tap = 0; tap < taps; tap++) {
      const rowOffset = (tap / KW) * dilationV - top;
      const columnOffset = (tap % KW) * dilationH - left;
      const first = firstInside(columnOffset, strideH);
      const last = endInside(columnOffset, strideH, W, outW);
      const values = columns + (((<usize>c * taps + tap) * count) << 2);
      for (let i = from / outW; i * outW < to; i++) {
        const row = i * strideV + rowOffset;
        if (row < 0 || row >= H) continue;
        const j = max(first, from - i * outW);
        const stop = min(last, to - i * outW);
        const at = plane + ((<usize>row * W + j * strideH + columnOffset) << 2);
        if (j < stop) scatterRow(at, values + ((<usize>(n * N + i * outW + j - position)) << 2), strideH, stop - j);
      }
    }
  }
}
