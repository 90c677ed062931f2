import { ShapeError, ValueError } from '../errors.js';
import { formatShape } from '../tensor-data.js';

/** A whole number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** What convolutions and their gradients share. */
export interface Conv2dGeometryOptions {
  /** Steps between the kernel's positions. Default 1. */
  stride?: Pair;
  /**
   * Zeros around the image: one number, or [top, left, bottom, right]. 'valid' is 0. 'same' pads so that the map has
   * ceil(size / stride) positions (for the transposed convolution so that the image has size * stride), an odd zero at
   * the bottom and right. Default 0.
   */
  padding?: number | readonly [number, number, number, number] | 'same' | 'valid';
  /** Distance between the kernel's elements. Default 1. */
  dilation?: Pair;
  /** The channels are split into so many groups, each with weights of its own. Default 1. */
  groups?: number;
}

/**
 * A convolution between an image [B, C, H, W] and a map [B, O, outH, outW]. The convolution leads from image to map, the
 * transposed one from map to image; the weights are [O, C / groups, KH, KW] for both. Map position (i, j) meets image
 * position (i strideV + kh dilationV - top, j strideH + kw dilationH - left).
 */
export interface Conv2dGeometry {
  B: number;
  C: number;
  H: number;
  W: number;
  O: number;
  outH: number;
  outW: number;
  KH: number;
  KW: number;
  groups: number;
  strideV: number;
  strideH: number;
  dilationV: number;
  dilationH: number;
  top: number;
  left: number;
}

/** The options, complete and checked. Padding is 'same' or [top, left, bottom, right]. */
export interface Conv2dSettings {
  stride: readonly [number, number];
  dilation: readonly [number, number];
  padding: 'same' | readonly [number, number, number, number];
  groups: number;
}

export function readSettings(fn: string, options: Conv2dGeometryOptions): Conv2dSettings {
  const groups = options.groups ?? 1;
  checkWhole(fn, 'groups', groups, 1);
  return {
    stride: readPair(fn, 'stride', options.stride ?? 1, 1),
    dilation: readPair(fn, 'dilation', options.dilation ?? 1, 1),
    padding: readPadding(fn, options.padding ?? 0),
    groups,
  };
}

/** A pair of whole numbers of at least `minimum`. */
export function readPair(fn: string, option: string, value: unknown, minimum: number): readonly [number, number] {
  const pair = Array.isArray(value) ? value : [value, value];
  if (pair.length !== 2) {
    throw new ValueError(`${fn}: ${option} must be a number or [vertical, horizontal], got ${formatShape(pair)}`);
  }
  for (const element of pair) checkWhole(fn, option, element, minimum);
  return pair as [number, number];
}

function readPadding(fn: string, value: unknown): Conv2dSettings['padding'] {
  if (value === 'same') return value;
  if (value === 'valid') return [0, 0, 0, 0];
  const sides = Array.isArray(value) ? value : [value, value, value, value];
  if (sides.length !== 4 || typeof value === 'string') {
    throw new ValueError(
      `${fn}: padding must be a number, [top, left, bottom, right], 'same' or 'valid', got ${String(value)}`,
    );
  }
  for (const side of sides) checkWhole(fn, 'padding', side, 0);
  return sides as unknown as [number, number, number, number];
}

/** Kernels count rows and columns, padding included, in 32 bits. */
const longest = 2 ** 30;

function checkWhole(fn: string, option: string, value: unknown, minimum: number): void {
  if (!Number.isInteger(value) || (value as number) < minimum || (value as number) > longest) {
    throw new ValueError(`${fn}: ${option} must be a whole number from ${minimum} to 2^30, got ${String(value)}`);
  }
}

function checkLength(fn: string, axis: 0 | 1, length: number): void {
  if (length > longest) {
    const side = axis === 0 ? 'high' : 'wide';
    throw new ShapeError(`${fn}: the padded image or the kernel would be ${length} ${side}, more than 2^30`);
  }
}

/** Zeros before an axis and the map's size along it. `axis`: 0 vertical, 1 horizontal. */
export function mapSize(fn: string, settings: Conv2dSettings, axis: 0 | 1, size: number, kernel: number) {
  const stride = settings.stride[axis];
  const span = (kernel - 1) * settings.dilation[axis] + 1;
  if (settings.padding === 'same') {
    const positions = Math.ceil(size / stride);
    checkLength(fn, axis, size + span);
    const zeros = Math.max((positions - 1) * stride + span - size, 0);
    return { before: Math.floor(zeros / 2), size: positions };
  }
  const [before, after] = [settings.padding[axis], settings.padding[axis + 2] as number];
  const padded = size + before + after;
  checkLength(fn, axis, Math.max(padded, span));
  if (padded < span) {
    const side = axis === 0 ? 'high' : 'wide';
    throw new ShapeError(`${fn}: the kernel is ${span} ${side}, but x with its padding only ${padded}`);
  }
  return { before, size: Math.floor((padded - span) / stride) + 1 };
}

/** Zeros cut off before an axis and the image's size along it, for the transposed convolution. */
export function imageSize(
  fn: string,
  settings: Conv2dSettings,
  outputPadding: readonly [number, number],
  axis: 0 | 1,
  size: number,
  kernel: number,
) {
  const stride = settings.stride[axis];
  const span = (kernel - 1) * settings.dilation[axis] + 1;
  checkLength(fn, axis, Math.max(size, 1) * stride + span);
  if (settings.padding === 'same') {
    return { before: Math.floor(Math.max(span - stride, 0) / 2), size: size * stride };
  }
  const [before, after] = [settings.padding[axis], settings.padding[axis + 2] as number];
  const image = (size - 1) * stride + span + outputPadding[axis] - before - after;
  if (size === 0 || image < 0) {
    const side = axis === 0 ? 'high' : 'wide';
    throw new ShapeError(`${fn}: x is ${size} ${side}, which with this padding leaves a result of negative size`);
  }
  return { before, size: image };
}
