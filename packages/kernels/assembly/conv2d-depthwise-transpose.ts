import { fillPlane } from './conv2d-planes';
import { clear } from './conv2d-row';
import { addStrip, phaseWidth, tapOffsets } from './conv2d-strip';
import { fma } from './lane';

/**
 * Planes [begin, end) of the batch's image channels = bias + the transposed convolution of their `multiplier` map
 * channels. y: [planes, multiplier, outH, outW]; weights: [C, multiplier, KH, KW]; bias: [C] or 0; x: [planes, H, W];
 * scratch: depthwiseWorkspace bytes.
 */
export function depthwiseTranspose(
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
  y: usize,
  weights: usize,
  bias: usize,
  x: usize,
  scratch: usize,
): void {
  const taps = KH * KW;
  const width = phaseWidth(outW, KW, strideH, dilationH);
  const padded = scratch + ((<usize>taps) << 2);
  const step = (<usize>strideV * strideH * width) << 2;
  tapOffsets(KH, KW, strideH, dilationV, dilationH, width, scratch);
  for (let plane = begin; plane < end; plane++) {
    const image = x + ((<usize>plane * H * W) << 2);
    fillPlane(image, H * W, bias ? load<f32>(bias + ((<usize>(plane % C)) << 2)) : 0);
    for (let i = 0; i < outH; i += strip) {
      const rows = min(strip, outH - i);
      const tall = (rows - 1) * strideV + (KH - 1) * dilationV + 1;
      clear(padded, tall * strideH * width);
      for (let m = 0; m < multiplier; m++) {
        const kernel = weights + ((<usize>((plane % C) * multiplier + m) * taps) << 2);
        const from = y + ((((<usize>plane * multiplier + m) * outH + i) * outW) << 2);
        for (let r = 0; r < rows; r++) {
          spreadRow(outW, taps, from + ((<usize>r * outW) << 2), kernel, scratch, padded + <usize>r * step);
        }
      }
      addStrip(tall, i * strideV - top, H, W, strideH, left, width, padded, image);
    }
  }
}

/** padded[.. + offset] += weights y for one map row. y: [outW]; weights, offsets: [taps]. */
function spreadRow(outW: i32, taps: i32, y: usize, weights: usize, offsets: usize, padded: usize): void {
  for (let tap = 0; tap < taps; tap++) {
    const w = load<f32>(weights + ((<usize>tap) << 2));
    const wide = f32x4.splat(w);
    const to = padded + <usize>load<i32>(offsets + ((<usize>tap) << 2));
    let j = 0;
    for (; j + 4 <= outW; j += 4) {
      const at = (<usize>j) << 2;
      v128.store(to + at, fma(wide, v128.load(y + at), v128.load(to + at)));
    }
    for (; j < outW; j++) {
      const at = (<usize>j) << 2;
      store<f32>(to + at, load<f32>(to + at) + w * load<f32>(y + at));
    }
  }
}
