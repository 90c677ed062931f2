import type { OperatorName } from '../../backend.js';
import type { Conv2dGeometry } from '../../operators/conv2d-geometry.js';
import type { Task, WasmCore } from '../core.js';
import { depthwiseToImage, depthwiseToMap, depthwiseToWeights, isDepthwise } from './conv2d-depthwise.js';
import { multiply, type Product } from './gemm.js';

// A convolution links an image, a map and weights (Conv2dGeometry); each is computed from the other two as a matrix product
// over columns (im2col), a block of map positions after the other so that the workspace is bounded. Arguments that end the
// parameter lists are byte addresses: image [B,C,H,W], map [B,O,outH,outW], weights [O,C/groups,KH,KW].

/** What the three products work with. */
export interface ConvolutionWork {
  core: WasmCore;
  task: Task;
  fn: OperatorName;
  geometry: Conv2dGeometry;
}

/** Bytes of columns and map values in one block: some hundred positions even of 512 channels, each packing the weights once. */
const blockBytes = 3 * 2 ** 20;
/** Below this many positions a product would spend its time packing. */
const leastPositions = 64;

/** map = bias + weights image. bias: [O] or 0. */
export function toMap(work: ConvolutionWork, image: number, weights: number, bias: number, map: number): void {
  const { task, geometry } = work;
  if (isDepthwise(geometry)) {
    depthwiseToMap(task, geometry, image, weights, bias, map);
    return;
  }
  const { B, O, groups, K, M, N, imageGroup, mapGroup, weightGroup } = measure(geometry);
  if (isPointwise(geometry)) {
    if (bias) task.split('fillPlanes', B * O, { cost: N }, [O, N, bias, map]);
    forEachPointwise(geometry, (batch, n, ownWeights) => {
      product(work, {
        ...{ batch, M, N, K, a: weights, strideA: ownWeights * M * K, b: image + n * imageGroup, strideB: K * N },
        ...{ c: map + n * mapGroup, accumulate: bias !== 0 },
      });
    });
    return;
  }
  forEachBlock(work, (block, columns, values) => {
    const { count, first, position } = block;
    for (let g = 0; g < groups; g++) {
      gatherColumns(work, block, image + g * imageGroup, columns);
      product(work, { M, N: count, K, a: weights + g * weightGroup, b: columns, c: values });
      const shift = bias && bias + 4 * g * M;
      const args = [count, first, position, O, N, shift, values, map + g * mapGroup];
      task.split('storePlanes', M, { cost: count }, args);
    }
  });
}

/** image = bias + transposed weights times map. bias: [C] or 0. */
export function toImage(work: ConvolutionWork, map: number, weights: number, bias: number, image: number): void {
  const { task, geometry } = work;
  const { B, C, H, W } = geometry;
  const { groups, K, M, N, imageGroup, mapGroup, weightGroup, channels, taps } = measure(geometry);
  const pointwise = isPointwise(geometry);
  if (isDepthwise(geometry)) {
    depthwiseToImage(task, geometry, map, weights, bias, image);
    return;
  }
  if (!pointwise || bias) task.split('fillPlanes', B * C, { cost: H * W }, [C, H * W, bias, image]);
  if (pointwise) {
    forEachPointwise(geometry, (batch, n, ownWeights) => {
      product(work, {
        ...{ batch, M: K, N, K: M, a: weights, transposeA: true, strideA: ownWeights * M * K },
        ...{ b: map + n * mapGroup, strideB: M * N, c: image + n * imageGroup, accumulate: bias !== 0 },
      });
    });
    return;
  }
  forEachBlock(work, (block, columns, values) => {
    const { count, images, first, position } = block;
    for (let g = 0; g < groups; g++) {
      gatherMap(work, block, map + g * mapGroup, values);
      product(work, { M: K, N: count, K: M, a: weights + g * weightGroup, transposeA: true, b: values, c: columns });
      const args = [count, images, first, position, ...imageSizes(geometry), columns, image + g * imageGroup];
      task.split('conv2dScatter', channels * images, { cost: (taps * count) / images, inPlace: true }, args);
    }
  });
}

/** weights = map times transposed image. */
export function toWeights(work: ConvolutionWork, image: number, map: number, weights: number): void {
  const { task, geometry } = work;
  if (isDepthwise(geometry)) {
    depthwiseToWeights(task, geometry, image, map, weights);
    return;
  }
  const { B, O, groups, K, M, N, imageGroup, mapGroup, weightGroup } = measure(geometry);
  if (B * N === 0) {
    task.split('fillPlanes', O, { cost: K }, [O, K, 0, weights]);
    return;
  }
  if (isPointwise(geometry)) {
    for (let n = 0; n < B; n++) {
      product(work, {
        ...{ batch: groups, M, N: K, K: N, a: map + n * groups * mapGroup, b: image + n * groups * imageGroup },
        ...{ transposeB: true, c: weights, accumulate: n > 0 },
      });
    }
    return;
  }
  forEachBlock(work, (block, columns, values) => {
    const accumulate = block.first + block.position > 0;
    for (let g = 0; g < groups; g++) {
      gatherColumns(work, block, image + g * imageGroup, columns);
      gatherMap(work, block, map + g * mapGroup, values);
      const c = weights + g * weightGroup;
      product(work, { M, N: K, K: block.count, a: values, b: columns, transposeB: true, c, accumulate });
    }
  });
}

/** sums[channel] = sum of x over batch and positions. x: [B, channels, size]; sums: [channels]. */
export function channelSums(task: Task, B: number, channels: number, size: number, x: number, sums: number): void {
  task.split('planeSums', channels, { cost: B * size }, [B, channels, size, x, sums]);
}

/** A product whose workspace is given back at once: an operator runs one for each block. */
function product({ core, fn }: ConvolutionWork, sizes: Product): void {
  core.run(fn, (task) => multiply(core, task, sizes));
}

/** Sizes of one group's product, M x N x K for the map, and bytes from one group to the next. */
function measure(geometry: Conv2dGeometry) {
  const { B, C, H, W, O, outH, outW, KH, KW, groups } = geometry;
  const [channels, taps, N] = [C / groups, KH * KW, outH * outW];
  const [M, K] = [O / groups, channels * taps];
  return {
    ...{ B, O, groups, channels, taps, M, N, K },
    ...{ imageGroup: 4 * channels * H * W, mapGroup: 4 * M * N, weightGroup: 4 * M * K },
  };
}

/** Kernel 1x1 in steps of 1: image and map are the matrices. Small images are left to the columns, which join them. */
function isPointwise({ B, H, W, outH, outW, KH, KW, strideV, strideH, top, left }: Conv2dGeometry): boolean {
  const steps = strideV === 1 && strideH === 1 && top === 0 && left === 0;
  const joined = B > 1 && outH * outW < leastPositions;
  return KH === 1 && KW === 1 && steps && outH === H && outW === W && !joined;
}

/** Batches of pointwise products: all images that share one group's weights, or each image's groups. */
function forEachPointwise(
  { B, groups }: Conv2dGeometry,
  run: (batch: number, matrix: number, ownWeights: 0 | 1) => void,
): void {
  if (groups === 1) run(B, 0, 0);
  else for (let n = 0; n < B; n++) run(groups, n * groups, 1);
}

/** `count` map positions from `position` of image number `first` on, in `images` images. */
interface Block {
  count: number;
  images: number;
  first: number;
  position: number;
}

function forEachBlock(work: ConvolutionWork, run: (block: Block, columns: number, values: number) => void): void {
  const { B, M, N, K } = measure(work.geometry);
  const total = B * N;
  if (total === 0) return;
  const affordable = Math.floor(blockBytes / (4 * (K + M + 1)) / 8) * 8;
  const most = Math.min(total, Math.max(leastPositions, affordable));
  const [columns, values] = [work.task.workspace(4 * K * most), work.task.workspace(4 * M * most)];
  for (let begin = 0; begin < total; begin += most) {
    const count = Math.min(most, total - begin);
    const first = Math.floor(begin / N);
    const images = Math.ceil((begin + count) / N) - first;
    run({ count, images, first, position: begin - first * N }, columns, values);
  }
}

/** columns: [K, count] of one group; image: from its first channel on. */
function gatherColumns({ task, geometry }: ConvolutionWork, block: Block, image: number, columns: number): void {
  const { count, first, position } = block;
  const args = [count, first, position, ...imageSizes(geometry), image, columns];
  task.split('conv2dColumns', measure(geometry).K, { cost: count }, args);
}

/** values: [M, count] of one group: columns of a 1x1 kernel over the map, each of its planes taken as one row. */
function gatherMap({ task, geometry }: ConvolutionWork, block: Block, map: number, values: number): void {
  const { count, first, position } = block;
  const { O, M, N } = measure(geometry);
  const args = [count, first, position, O, 1, N, 1, N, ...[1, 1, 1, 1, 1, 1, 0, 0], map, values];
  task.split('conv2dColumns', M, { cost: count }, args);
}

/** The geometry as the column kernels take it. */
const imageSizes = ({ C, H, W, outH, outW, KH, KW, ...rest }: Conv2dGeometry): number[] => {
  const { strideV, strideH, dilationV, dilationH, top, left } = rest;
  return [C, H, W, outH, outW, KH, KW, strideV, strideH, dilationV, dilationH, top, left];
};
