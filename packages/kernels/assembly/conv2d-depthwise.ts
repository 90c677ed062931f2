import { loadStrip, phaseWidth, tapOffsets } from './conv2d-strip';
import { fma } from './lane';

/**
 * Planes [begin, end) of the batch's image channels, each with the `multiplier` map channels made of it.
 * x: [planes, H, W]; weights: [C, multiplier, KH, KW]; bias: [C, multiplier] or 0; y: [planes, multiplier, outH, outW];
 * scratch: depthwiseWorkspace bytes.
 */
export function depthwise(
  begin: i32,
  end: i32,
  strip: i32,
  multiplier: i32,
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
  weights: usize,
  bias: usize,
  y: usize,
  scratch: usize,
): void {
  const taps = KH * KW;
  const width = phaseWidth(outW, KW, strideH, dilationH);
  const padded = scratch + ((<usize>taps) << 2);
  const step = (<usize>strideV * strideH * width) << 2;
  tapOffsets(KH, KW, strideH, dilationV, dilationH, width, scratch);
  for (let plane = begin; plane < end; plane++) {
    const image = x + ((<usize>plane * H * W) << 2);
    for (let i = 0; i < outH; i += strip) {
      const rows = min(strip, outH - i);
      const tall = (rows - 1) * strideV + (KH - 1) * dilationV + 1;
      loadStrip(tall, i * strideV - top, H, W, strideH, left, width, image, padded);
      for (let m = 0; m < multiplier; m++) {
        const o = (plane % C) * multiplier + m;
        const shift = bias ? load<f32>(bias + ((<usize>o) << 2)) : 0;
        const to = y + ((((<usize>plane * multiplier + m) * outH + i) * outW) << 2);
        for (let r = 0; r < rows; r++) {
          const row = to + ((<usize>r * outW) << 2);
          mapRow(outW, taps, shift, padded + <usize>r * step, weights + ((<usize>o * taps) << 2), scratch, row);
        }
      }
    }
  }
}

/** One map row: y[j] = bias + sum of weights over the padded image. weights, offsets: [taps]; y: [outW]. */
function mapRow(outW: i32, taps: i32, bias: f32, padded: usize, weights: usize, offsets: usize, y: usize): void {
  const bytes = (<usize>taps) << 2;
  const shift = f32x4.splat(bias);
  let j = 0;
  for (; j + 16 <= outW; j += 16) {
    const from = padded + ((<usize>j) << 2);
    let a = shift;
    let b = shift;
    let c = shift;
    let d = shift;
    for (let tap: usize = 0; tap < bytes; tap += 4) {
      const w = v128.load32_splat(weights + tap);
      const at = from + <usize>load<i32>(offsets + tap);
      a = fma(w, v128.load(at), a);
      b = fma(w, v128.load(at, 16), b);
      c = fma(w, v128.load(at, 32), c);
      d = fma(w, v128.load(at, 48), d);
    }
    const to = y + ((<usize>j) << 2);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  for (; j < outW; j += 4) {
    const from = padded + ((<usize>j) << 2);
    let a = shift;
    for (let tap: usize = 0; tap < bytes; tap += 4) {
      a = fma(v128.load32_splat(weights + tap), v128.load(from + <usize>load<i32>(offsets + tap)), a);
    }
    const to = y + ((<usize>j) << 2);
    if (j + 4 <= outW) {
      v128.store(to, a);
      continue;
    }
    v128.store32_lane(to, a, 0);
    if (j + 1 < outW) v128.store32_lane(to, a, 1, 4);
    if (j + 2 < outW) v128.store32_lane(to, a, 2, 8);
  }
}
