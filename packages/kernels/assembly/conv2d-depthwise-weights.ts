import { clear } from './conv2d-row';
import { loadStrip, phaseWidth, tapOffsets } from './conv2d-strip';
import { fma, sumLanes } from './lane';

/**
 * Channels [begin, end) of the weights' gradient, over all images. x: [images, C, H, W]; y: [images, C, multiplier, outH,
 * outW]; weights: [C, multiplier, KH, KW]; scratch: depthwiseWorkspace bytes.
 */
export function depthwiseWeights(
  begin: i32,
  end: i32,
  images: i32,
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
  y: usize,
  weights: usize,
  scratch: usize,
): void {
  const taps = KH * KW;
  const width = phaseWidth(outW, KW, strideH, dilationH);
  const padded = scratch + ((<usize>taps) << 2);
  const step = (<usize>strideV * strideH * width) << 2;
  tapOffsets(KH, KW, strideH, dilationV, dilationH, width, scratch);
  for (let c = begin; c < end; c++) {
    clear(weights + ((<usize>c * multiplier * taps) << 2), multiplier * taps);
    for (let n = 0; n < images; n++) {
      const plane = <usize>n * C + c;
      for (let i = 0; i < outH; i += strip) {
        const rows = min(strip, outH - i);
        const tall = (rows - 1) * strideV + (KH - 1) * dilationV + 1;
        loadStrip(tall, i * strideV - top, H, W, strideH, left, width, x + ((plane * H * W) << 2), padded);
        for (let m = 0; m < multiplier; m++) {
          const from = y + ((((plane * multiplier + m) * outH + i) * outW) << 2);
          for (let tap = 0; tap < taps; tap++) {
            const at = weights + (((<usize>c * multiplier + m) * taps + tap) << 2);
            const met = padded + <usize>load<i32>(scratch + ((<usize>tap) << 2));
            store<f32>(at, load<f32>(at) + stripProduct(rows, outW, from, met, step));
          }
        }
      }
    }
  }
}

/** Sum of y times what it meets. y: [rows, outW]; padded: [rows, outW] at `step` bytes a row. */
function stripProduct(rows: i32, outW: i32, y: usize, padded: usize, step: usize): f32 {
  let sum = f32x4.splat(0);
  let other = sum;
  let rest: f32 = 0;
  for (let r = 0; r < rows; r++) {
    let j = 0;
    for (; j + 8 <= outW; j += 8) {
      const at = (<usize>j) << 2;
      sum = fma(v128.load(y + at), v128.load(padded + at), sum);
      other = fma(v128.load(y + at, 16), v128.load(padded + at, 16), other);
    }
    for (; j + 4 <= outW; j += 4) {
      const at = (<usize>j) << 2;
      sum = fma(v128.load(y + at), v128.load(padded + at), sum);
    }
    for (; j < outW; j++) {
      const at = (<usize>j) << 2;
      rest += load<f32>(y + at) * load<f32>(padded + at);
    }
    y += (<usize>outW) << 2;
    padded += step;
  }
  return sumLanes(f32x4.add(sum, other)) + rest;
}
