import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkOptions, checkTensor, equalShapes } from './check.js';
import {
  type Conv2dGeometry,
  type Conv2dGeometryOptions,
  type Conv2dSettings,
  imageSize,
  mapSize,
  type Pair,
  readPair,
  readSettings,
} from './conv2d-geometry.js';

export type { Conv2dGeometryOptions } from './conv2d-geometry.js';

/** Options of {@link Conv2dOperators.conv2d}. */
export interface Conv2dOptions extends Conv2dGeometryOptions {
  /** [O], added to every position of its channel. */
  bias?: Tensor;
}

/** What transposed convolutions and their gradients share. */
export interface Conv2dTransposeGeometryOptions extends Conv2dGeometryOptions {
  /**
   * Rows and columns added at the bottom and right of the result, less than stride or dilation: which of the sizes that
   * a convolution maps to x's is meant. Not with 'same'. Default 0.
   */
  outputPadding?: Pair;
}

/** Options of {@link Conv2dOperators.conv2dTranspose}. */
export interface Conv2dTransposeOptions extends Conv2dTransposeGeometryOptions {
  /** [O], added to every position of its channel. */
  bias?: Tensor;
}

/** Gradients of a convolution, named and shaped like the arguments they belong to. */
export interface Conv2dGradients {
  x: Tensor;
  weights: Tensor;
  bias: Tensor;
}

/** Two-dimensional convolutions, channels first. */
export interface Conv2dOperators {
  /**
   * y[b,o,i,j] = bias[o] + sum_{c,kh,kw} weights[o,c,kh,kw] x[b, c', i stride + kh dilation - top, j stride + kw dilation - left],
   * a cross-correlation, float32; x is 0 outside its bounds, and these zeros take part (0 times an infinite weight is
   * NaN). c' is c within o's group. `x` is [B, C, H, W], `weights` [O, C / groups, KH, KW], result [B, O, H', W'] with
   * H' = floor((H + top + bottom - dilation (KH - 1) - 1) / stride) + 1. Workspace: at most 3 MiB, or what 64
   * columns of (C KH KW + O) / groups elements take where that is more, beside a matrix product's; for groups of one channel
   * and fewer than 8 results each, 128 KiB a thread or the padded rows of one result row.
   * Source: Dumoulin and Visin 2016, A guide to convolution arithmetic; Chellapilla et al. 2006 (im2col).
   */
  conv2d(x: Tensor, weights: Tensor, options?: Conv2dOptions): Tensor;
  /**
   * Gradients of sum(dy * conv2d(x, weights, options)) for x, weights and bias. `dy` has the result's shape; the options
   * are those of the convolution, without the bias. Workspace as there.
   */
  conv2dGradients(dy: Tensor, x: Tensor, weights: Tensor, options?: Conv2dGeometryOptions): Conv2dGradients;
  /**
   * The transpose of conv2d's linear map, also called deconvolution:
   * y[b, o, i stride + kh dilation - top, j stride + kw dilation - left] += weights[c,o',kh,kw] x[b,c,i,j] for all c, i, j, kh, kw,
   * y starting as bias[o], float32; what falls outside y is dropped. `x` is [B, C, H, W], `weights`
   * [C, O / groups, KH, KW], result [B, O, H', W'] with
   * H' = (H - 1) stride - top - bottom + dilation (KH - 1) + 1 + outputPadding. Workspace as for conv2d.
   * Source: Dumoulin and Visin 2016, chapter 4.
   */
  conv2dTranspose(x: Tensor, weights: Tensor, options?: Conv2dTransposeOptions): Tensor;
  /**
   * Gradients of sum(dy * conv2dTranspose(x, weights, options)) for x, weights and bias. `dy` has the result's shape; the
   * options are those of the transposed convolution, without the bias. Workspace as for conv2d.
   */
  conv2dTransposeGradients(
    dy: Tensor,
    x: Tensor,
    weights: Tensor,
    options?: Conv2dTransposeGeometryOptions,
  ): Conv2dGradients;
}

type Sizes = readonly [number, number, number, number];

const geometryOptions = ['stride', 'padding', 'dilation', 'groups'];

export function validateConv2d(
  backend: BackendCore,
  x: Tensor,
  weights: Tensor,
  options: Conv2dOptions = {},
): Conv2dGeometry {
  const fn = 'conv2d';
  checkOptions(fn, options, ['bias', ...geometryOptions]);
  const geometry = convolution(fn, backend, x, weights, options);
  checkBias(fn, backend, options.bias, geometry.O);
  return geometry;
}

export function validateConv2dGradients(
  backend: BackendCore,
  dy: Tensor,
  x: Tensor,
  weights: Tensor,
  options: Conv2dGeometryOptions = {},
): Conv2dGeometry {
  const fn = 'conv2dGradients';
  checkTensor(fn, 'dy', dy, backend, 'float32');
  checkOptions(fn, options, geometryOptions);
  const geometry = convolution(fn, backend, x, weights, options);
  const { B, O, outH, outW } = geometry;
  checkShape(fn, 'dy', dy, [B, O, outH, outW]);
  return geometry;
}

export function validateConv2dTranspose(
  backend: BackendCore,
  x: Tensor,
  weights: Tensor,
  options: Conv2dTransposeOptions = {},
): Conv2dGeometry {
  const fn = 'conv2dTranspose';
  checkOptions(fn, options, ['bias', 'outputPadding', ...geometryOptions]);
  const geometry = transposedConvolution(fn, backend, x, weights, options);
  checkBias(fn, backend, options.bias, geometry.C);
  return geometry;
}

export function validateConv2dTransposeGradients(
  backend: BackendCore,
  dy: Tensor,
  x: Tensor,
  weights: Tensor,
  options: Conv2dTransposeGeometryOptions = {},
): Conv2dGeometry {
  const fn = 'conv2dTransposeGradients';
  checkTensor(fn, 'dy', dy, backend, 'float32');
  checkOptions(fn, options, ['outputPadding', ...geometryOptions]);
  const geometry = transposedConvolution(fn, backend, x, weights, options);
  const { B, C, H, W } = geometry;
  checkShape(fn, 'dy', dy, [B, C, H, W]);
  return geometry;
}

/** The geometry whose image is x. */
function convolution(
  fn: string,
  backend: BackendCore,
  x: Tensor,
  weights: Tensor,
  options: Conv2dGeometryOptions,
): Conv2dGeometry {
  const { settings, sizes, kernel } = readArguments(fn, backend, x, weights, options);
  const [B, C, H, W] = sizes;
  const [O, groupChannels, KH, KW] = kernel;
  const { groups } = settings;
  if (groupChannels * groups !== C) {
    throw new ShapeError(
      `${fn}: x has ${C} channels, but weights ${formatShape(weights.shape)} in ${groups} groups take ${groupChannels * groups}`,
    );
  }
  if (O % groups !== 0) throw new ShapeError(`${fn}: ${O} channels of weights do not divide into ${groups} groups`);
  const vertical = mapSize(fn, settings, 0, H, KH);
  const horizontal = mapSize(fn, settings, 1, W, KW);
  return {
    ...{ B, C, H, W, O, KH, KW, outH: vertical.size, outW: horizontal.size },
    ...steps(settings, vertical.size, horizontal.size),
    ...{ top: vertical.before, left: horizontal.before },
  };
}

/** The geometry whose map is x: the image is the result. */
function transposedConvolution(
  fn: string,
  backend: BackendCore,
  x: Tensor,
  weights: Tensor,
  options: Conv2dTransposeGeometryOptions,
): Conv2dGeometry {
  const { settings, sizes, kernel } = readArguments(fn, backend, x, weights, options);
  const [B, O, outH, outW] = sizes;
  const [channels, groupChannels, KH, KW] = kernel;
  const { groups } = settings;
  if (channels !== O) {
    throw new ShapeError(`${fn}: x has ${O} channels, but weights ${formatShape(weights.shape)} take ${channels}`);
  }
  if (O % groups !== 0) throw new ShapeError(`${fn}: ${O} channels of x do not divide into ${groups} groups`);
  const extra = readOutputPadding(fn, settings, options.outputPadding);
  const vertical = imageSize(fn, settings, extra, 0, outH, KH);
  const horizontal = imageSize(fn, settings, extra, 1, outW, KW);
  return {
    ...{ B, C: groupChannels * groups, H: vertical.size, W: horizontal.size, O, KH, KW, outH, outW },
    ...steps(settings, outH, outW),
    ...{ top: vertical.before, left: horizontal.before },
  };
}

/** x and weights, both of rank 4, and the settings. */
function readArguments(
  fn: string,
  backend: BackendCore,
  x: Tensor,
  weights: Tensor,
  options: Conv2dGeometryOptions,
): { settings: Conv2dSettings; sizes: Sizes; kernel: Sizes } {
  for (const [name, tensor] of Object.entries({ x, weights })) {
    checkTensor(fn, name, tensor, backend, 'float32');
    if (tensor.shape.length !== 4) {
      throw new ShapeError(`${fn}: ${name} has shape ${formatShape(tensor.shape)}, expected rank 4`);
    }
  }
  const kernel = weights.shape as Sizes;
  if (kernel[2] === 0 || kernel[3] === 0) {
    throw new ShapeError(`${fn}: weights has shape ${formatShape(kernel)}, expected a kernel of at least 1x1`);
  }
  return { settings: readSettings(fn, options), sizes: x.shape as Sizes, kernel };
}

/** A stride over a single position is never taken: 1 keeps it from counting as large. */
const steps = ({ stride, dilation, groups }: Conv2dSettings, outH: number, outW: number) => ({
  ...{ groups, strideV: outH > 1 ? stride[0] : 1, strideH: outW > 1 ? stride[1] : 1 },
  ...{ dilationV: dilation[0], dilationH: dilation[1] },
});

function readOutputPadding(fn: string, settings: Conv2dSettings, value: Pair | undefined): readonly [number, number] {
  const extra = readPair(fn, 'outputPadding', value ?? 0, 0);
  if (value !== undefined && settings.padding === 'same') {
    throw new ValueError(`${fn}: outputPadding is not taken with padding 'same', which fixes the result's size`);
  }
  for (const axis of [0, 1] as const) {
    const limit = Math.max(settings.stride[axis], settings.dilation[axis]);
    if (extra[axis] > 0 && extra[axis] >= limit) {
      throw new ValueError(`${fn}: outputPadding must be less than stride or dilation (${limit}), got ${extra[axis]}`);
    }
  }
  return extra;
}

function checkBias(fn: string, backend: BackendCore, bias: Tensor | undefined, channels: number): void {
  if (bias === undefined) return;
  checkTensor(fn, 'bias', bias, backend, 'float32');
  checkShape(fn, 'bias', bias, [channels]);
}

function checkShape(fn: string, argument: string, tensor: Tensor, shape: readonly number[]): void {
  if (!equalShapes(tensor.shape, shape)) {
    throw new ShapeError(`${fn}: ${argument} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`);
  }
}
