import type { Conv2dGeometry } from '../../operators/conv2d-geometry.js';
import type { Task } from '../core.js';

// One image channel for each group and few map channels made of it: matrix products would have next to no rows.

/** Map channels per group from which a matrix product is the better way. */
const manyRows = 8;
/** Bytes of padded rows a strip may take, unless a single map row needs more: half of a common second-level cache. */
const stripBytes = 2 ** 17;

export const isDepthwise = ({ C, O, groups }: Conv2dGeometry): boolean => C === groups && O / groups < manyRows;

/** map = bias + weights image. Byte addresses as in conv2d-products. */
export function depthwiseToMap(
  task: Task,
  geometry: Conv2dGeometry,
  image: number,
  weights: number,
  bias: number,
  map: number,
): void {
  const { strip, workspace, sizes, multiplier, cost } = plan(task, geometry);
  const args = [strip, multiplier, ...sizes, image, weights, bias, map];
  task.split('depthwise', geometry.B * geometry.C, { cost, workspace }, args);
}

/** image = bias + transposed weights times map. */
export function depthwiseToImage(
  task: Task,
  geometry: Conv2dGeometry,
  map: number,
  weights: number,
  bias: number,
  image: number,
): void {
  const { strip, workspace, sizes, multiplier, cost } = plan(task, geometry);
  const args = [strip, multiplier, ...sizes, map, weights, bias, image];
  task.split('depthwiseTranspose', geometry.B * geometry.C, { cost, workspace }, args);
}

/** weights = map times image, summed over the batch. */
export function depthwiseToWeights(
  task: Task,
  geometry: Conv2dGeometry,
  image: number,
  map: number,
  weights: number,
): void {
  const { strip, workspace, sizes, multiplier, cost } = plan(task, geometry);
  const args = [geometry.B, strip, multiplier, ...sizes, image, map, weights];
  task.split('depthwiseWeights', geometry.C, { cost: cost * geometry.B, workspace }, args);
}

function plan({ kernels }: Task, geometry: Conv2dGeometry) {
  const { C, H, W, O, outH, outW, KH, KW, strideV, strideH, dilationV, dilationH, top, left } = geometry;
  const bytes = (rows: number) =>
    kernels.depthwiseWorkspace(rows, outW, KH, KW, strideV, strideH, dilationV, dilationH);
  const more = Math.floor((stripBytes - bytes(1)) / (bytes(2) - bytes(1)));
  const strip = Math.max(1, Math.min(outH, 1 + more));
  const multiplier = C === 0 ? 0 : O / C;
  return {
    ...{ strip, multiplier, workspace: bytes(strip), cost: multiplier * outH * outW * KH * KW },
    sizes: [C, H, W, outH, outW, KH, KW, strideV, strideH, dilationV, dilationH, top, left],
  };
}
