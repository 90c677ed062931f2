import type { Tensor } from '../backend.js';
import {
  validateConv2d,
  validateConv2dGradients,
  validateConv2dTranspose,
  validateConv2dTransposeGradients,
} from '../operators/conv2d.js';
import type { Conv2dGeometry } from '../operators/conv2d-geometry.js';
import { type ReferenceCore, type ReferenceOperators, values } from './core.js';

export const conv2dOperators: ReferenceOperators<
  'conv2d' | 'conv2dGradients' | 'conv2dTranspose' | 'conv2dTransposeGradients'
> = {
  conv2d(core, x, weights, options) {
    const geometry = validateConv2d(core, x, weights, options);
    return toMap(core, geometry, x, weights, options?.bias);
  },
  conv2dGradients(core, dy, x, weights, options) {
    const geometry = validateConv2dGradients(core, dy, x, weights, options);
    return {
      x: toImage(core, geometry, dy, weights, undefined),
      weights: toWeights(core, geometry, x, dy, weights),
      bias: channelSums(core, dy),
    };
  },
  conv2dTranspose(core, x, weights, options) {
    const geometry = validateConv2dTranspose(core, x, weights, options);
    return toImage(core, geometry, x, weights, options?.bias);
  },
  conv2dTransposeGradients(core, dy, x, weights, options) {
    const geometry = validateConv2dTransposeGradients(core, dy, x, weights, options);
    return {
      x: toMap(core, geometry, dy, weights, undefined),
      weights: toWeights(core, geometry, dy, x, weights),
      bias: channelSums(core, dy),
    };
  },
};

/** Calls visit for every product of the convolution: indices into image (-1 in the padding), map and weights. */
function forEachProduct(
  { B, C, H, W, O, outH, outW, KH, KW, groups, ...step }: Conv2dGeometry,
  visit: (image: number, map: number, weight: number) => void,
): void {
  const [groupC, groupO] = [C / groups, O / groups];
  for (let b = 0; b < B; b++)
    for (let o = 0; o < O; o++)
      for (let i = 0; i < outH; i++)
        for (let j = 0; j < outW; j++)
          for (let c = 0; c < groupC; c++)
            for (let kh = 0; kh < KH; kh++)
              for (let kw = 0; kw < KW; kw++) {
                const row = i * step.strideV + kh * step.dilationV - step.top;
                const column = j * step.strideH + kw * step.dilationH - step.left;
                const inside = row >= 0 && row < H && column >= 0 && column < W;
                const channel = Math.floor(o / groupO) * groupC + c;
                visit(
                  inside ? ((b * C + channel) * H + row) * W + column : -1,
                  ((b * O + o) * outH + i) * outW + j,
                  ((o * groupC + c) * KH + kh) * KW + kw,
                );
              }
}

/** map[m] = bias + sum image weights, where padding is 0, in float64. image [B,C,H,W], weights [O,C/groups,KH,KW]. */
function toMap(
  core: ReferenceCore,
  geometry: Conv2dGeometry,
  imageTensor: Tensor,
  weightTensor: Tensor,
  bias: Tensor | undefined,
): Tensor {
  const { B, O, outH, outW } = geometry;
  const [image, weights] = [values(imageTensor), values(weightTensor)];
  const sums = new Float64Array(B * O * outH * outW);
  forEachProduct(geometry, (at, m, w) => {
    sums[m] = (sums[m] as number) + (at < 0 ? 0 : (image[at] as number)) * (weights[w] as number);
  });
  return biased(core, sums, [B, O, outH, outW], bias);
}

/** image[at] = bias + sum map weights, in float64. map [B,O,outH,outW], weights [O,C/groups,KH,KW]. */
function toImage(
  core: ReferenceCore,
  geometry: Conv2dGeometry,
  mapTensor: Tensor,
  weightTensor: Tensor,
  bias: Tensor | undefined,
): Tensor {
  const { B, C, H, W } = geometry;
  const [map, weights] = [values(mapTensor), values(weightTensor)];
  const sums = new Float64Array(B * C * H * W);
  forEachProduct(geometry, (at, m, w) => {
    if (at >= 0) sums[at] = (sums[at] as number) + (map[m] as number) * (weights[w] as number);
  });
  return biased(core, sums, [B, C, H, W], bias);
}

/** weights[w] = sum image map, where padding is 0, in float64. image [B,C,H,W], map [B,O,outH,outW]. */
function toWeights(
  core: ReferenceCore,
  geometry: Conv2dGeometry,
  imageTensor: Tensor,
  mapTensor: Tensor,
  weights: Tensor,
): Tensor {
  const [image, map] = [values(imageTensor), values(mapTensor)];
  const sums = new Float64Array(weights.size);
  forEachProduct(geometry, (at, m, w) => {
    sums[w] = (sums[w] as number) + (at < 0 ? 0 : (image[at] as number)) * (map[m] as number);
  });
  const gradient = core.result('float32', weights.shape);
  values(gradient).set(sums);
  return gradient;
}

/** sums + bias of each channel, rounded. sums of shape [B, channels, rows, columns], bias [channels]. */
function biased(core: ReferenceCore, sums: Float64Array, shape: readonly number[], bias: Tensor | undefined): Tensor {
  const [, channels, rows, columns] = shape as [number, number, number, number];
  const y = core.result('float32', shape);
  const shift = bias && values(bias);
  const out = values(y);
  for (let i = 0; i < sums.length; i++) {
    const channel = Math.floor(i / (rows * columns)) % channels;
    out[i] = (sums[i] as number) + (shift ? (shift[channel] as number) : 0);
  }
  return y;
}

/** bias[c] = sum dy over batch and positions, in float64. dy [B, channels, rows, columns]. */
function channelSums(core: ReferenceCore, dy: Tensor): Tensor {
  const [, channels, rows, columns] = dy.shape as [number, number, number, number];
  const sums = new Float64Array(channels);
  values(dy).forEach((value, i) => {
    const channel = Math.floor(i / (rows * columns)) % channels;
    sums[channel] = (sums[channel] as number) + value;
  });
  const bias = core.result('float32', [channels]);
  values(bias).set(sums);
  return bias;
}
