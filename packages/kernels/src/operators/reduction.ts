import type { BackendCore, Tensor } from '../backend.js';
import { ValueError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkTensor } from './check.js';

export interface ReductionOptions {
  /** The axis or axes to reduce; negative ones count from the end. Default: all. */
  axis?: number | readonly number[];
  /** Keep reduced axes with length 1 instead of dropping them. Default false. */
  keepDimensions?: boolean;
}

/** Options of `argmax`. */
export interface ArgmaxOptions {
  /** The axis to reduce; a negative one counts from the end. Default: all, and the index counts in row-major order. */
  axis?: number;
  /** Keep reduced axes with length 1 instead of dropping them. Default false. */
  keepDimensions?: boolean;
}

/** Reductions of float32 tensors over one axis, several or all. */
export interface ReductionOperators {
  /**
   * The sum; 0 over no elements. Runs of 256 elements are added in float32, the rest in float64: the error is at most
   * 20u sum |x|, u = 2^-24, whatever the length, and 20u more for each further group of adjacent axes. Elements of 2^119 and
   * more may overflow within a run.
   */
  sum(x: Tensor, options?: ReductionOptions): Tensor;

  /** The sum divided by the number of elements; NaN over none. Its error is that of `sum`, divided. */
  mean(x: Tensor, options?: ReductionOptions): Tensor;

  /**
   * The largest element, exactly; NaN if one is NaN.
   * @throws ValueError over no elements.
   */
  max(x: Tensor, options?: ReductionOptions): Tensor;

  /**
   * int32: the index of the largest element along the axis, the first of equal ones; NaN counts as larger than all.
   * @throws ValueError over no elements.
   */
  argmax(x: Tensor, options?: ArgmaxOptions): Tensor;
}

/** One pass over the middle axis of [outer, length, inner]. */
export interface ReductionPass {
  outer: number;
  length: number;
  inner: number;
}

export interface ReductionPlan {
  /** Shape of the result. */
  shape: readonly number[];
  /** For each axis of x whether it is reduced. */
  reduced: readonly boolean[];
  /** Number of elements that make one of the result. */
  count: number;
  /** Passes one after the other, each over the result of the one before: one for each group of adjacent axes. */
  passes: readonly ReductionPass[];
}

export function validateReduction(
  backend: BackendCore,
  fn: 'sum' | 'mean' | 'max',
  x: Tensor,
  options: ReductionOptions = {},
): ReductionPlan {
  checkTensor(fn, 'x', x, backend, 'float32');
  checkOptions(fn, options, ['axis', 'keepDimensions']);
  const { axis } = options;
  const axes = axis === undefined ? undefined : typeof axis === 'number' ? [axis] : axis;
  if (axes !== undefined && (!Array.isArray(axes) || axes.length === 0)) {
    throw new ValueError(`${fn}: axis must be an integer or an array of at least one, got ${formatAxis(axis)}`);
  }
  return plan(fn, x, axes as readonly number[] | undefined, options.keepDimensions ?? false);
}

export function validateArgmax(backend: BackendCore, x: Tensor, options: ArgmaxOptions = {}): ReductionPlan {
  checkTensor('argmax', 'x', x, backend, 'float32');
  checkOptions('argmax', options, ['axis', 'keepDimensions']);
  const { axis } = options;
  if (axis !== undefined && typeof axis !== 'number') {
    throw new ValueError(`argmax: axis must be an integer, got ${formatAxis(axis)}`);
  }
  return plan('argmax', x, axis === undefined ? undefined : [axis], options.keepDimensions ?? false);
}

function plan(fn: string, x: Tensor, axes: readonly number[] | undefined, keepDimensions: boolean): ReductionPlan {
  checkBoolean(fn, 'keepDimensions', keepDimensions);
  const rank = x.shape.length;
  const reduced = x.shape.map(() => axes === undefined);
  for (const axis of axes ?? []) {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      throw new ValueError(`${fn}: axis ${String(axis)} is not one of x with shape ${formatShape(x.shape)}`);
    }
    const at = axis < 0 ? axis + rank : axis;
    if (reduced[at]) throw new ValueError(`${fn}: axis names axis ${at} twice`);
    reduced[at] = true;
  }
  const count = sizeOf(x.shape.filter((_, axis) => reduced[axis]));
  if (count === 0 && (fn === 'max' || fn === 'argmax')) {
    throw new ValueError(`${fn}: x with shape ${formatShape(x.shape)} has no elements along the axes to reduce`);
  }
  const shape = keepDimensions
    ? x.shape.map((length, axis) => (reduced[axis] ? 1 : length))
    : x.shape.filter((_, axis) => !reduced[axis]);
  return { shape, reduced, count, passes: passesOver(x.shape, reduced) };
}

/** Merges adjacent axes that share a fate, then reduces group by group, the last first. Axes of length 1 count as either. */
function passesOver(shape: readonly number[], reduced: readonly boolean[]): ReductionPass[] {
  const groups: { length: number; reduced: boolean }[] = [];
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const last = groups.at(-1);
    const fate = reduced[axis] as boolean;
    if (last?.reduced === fate) last.length *= length;
    else groups.push({ length, reduced: fate });
  });
  const passes: ReductionPass[] = [];
  let inner = 1;
  groups.forEach((_, fromFront) => {
    const at = groups.length - 1 - fromFront;
    const group = groups[at] as { length: number; reduced: boolean };
    if (!group.reduced) inner *= group.length;
    else passes.push({ outer: sizeOf(groups.slice(0, at).map(({ length }) => length)), length: group.length, inner });
  });
  return passes.length > 0 ? passes : [{ outer: 1, length: 1, inner }];
}

const formatAxis = (axis: unknown): string => (Array.isArray(axis) ? formatShape(axis) : String(axis));
