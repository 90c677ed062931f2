import type {
  AttentionOptions,
  Backend,
  DataType,
  GemmOptions,
  OperatorName,
  Tensor,
  TrajectoryOptions,
  UpdateOrder,
} from './backend.js';
import { DisposedError, ShapeError, UnsupportedError, ValueError } from './errors.js';
import { formatShape, sizeOf } from './tensor-data.js';

// Argument checks shared by every backend, so that each gives the same errors and the same defaults.

/** Rejects anything but an object whose keys are all `allowed`. */
export function checkOptions(fn: string, options: object, allowed: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ValueError(`${fn}: options must be an object, got ${String(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!allowed.includes(key)) {
      throw new ValueError(`${fn}: unknown option '${key}'; it takes ${allowed.join(', ') || 'none'}`);
    }
  }
}

/** Rejects what is not a live tensor of this backend with this data type. */
export function checkTensor(fn: string, argument: string, tensor: Tensor, backend: Backend, dtype: DataType): void {
  if (backend.disposed) throw new DisposedError(`${fn}: the ${backend.info.name} backend was disposed of`);
  if (typeof tensor !== 'object' || tensor === null || !Array.isArray(tensor.shape) || !('backend' in tensor)) {
    throw new ValueError(`${fn}: ${argument} must be a Tensor made by backend.tensor(...), got ${typeof tensor}`);
  }
  if (tensor.backend !== backend) {
    const owner = tensor.backend.info.name;
    throw new ValueError(
      `${fn}: ${argument} belongs to another backend (${owner}); copy its data into this one (${backend.info.name})`,
    );
  }
  if (tensor.disposed) throw new DisposedError(`${fn}: ${argument} was disposed of`);
  if (tensor.dtype !== dtype) throw new ValueError(`${fn}: ${argument} has dtype ${tensor.dtype}, expected ${dtype}`);
}

const checkBoolean = (fn: string, option: string, value: unknown): boolean => {
  if (typeof value !== 'boolean') throw new ValueError(`${fn}: ${option} must be true or false, got ${String(value)}`);
  return value;
};

const checkRank = (fn: string, argument: string, tensor: Tensor, minimum: number): void => {
  if (tensor.shape.length < minimum) {
    throw new ShapeError(`${fn}: ${argument} has shape ${formatShape(tensor.shape)}, expected rank ${minimum} or more`);
  }
};

const equalShapes = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** Sizes of a checked gemm. `sharedB`: one [K, N] serves every matrix of `a`. */
export interface GemmPlan {
  batch: number;
  M: number;
  N: number;
  K: number;
  sharedB: boolean;
  transposeA: boolean;
  transposeB: boolean;
  shape: number[];
}

export function validateGemm(backend: Backend, a: Tensor, b: Tensor, options: GemmOptions = {}): GemmPlan {
  checkTensor('gemm', 'a', a, backend, 'float32');
  checkTensor('gemm', 'b', b, backend, 'float32');
  checkOptions('gemm', options, ['transposeA', 'transposeB']);
  const transposeA = checkBoolean('gemm', 'transposeA', options.transposeA ?? false);
  const transposeB = checkBoolean('gemm', 'transposeB', options.transposeB ?? false);
  checkRank('gemm', 'a', a, 2);
  checkRank('gemm', 'b', b, 2);
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [M, K] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, N] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (K !== innerB) {
    throw new ShapeError(
      `gemm: inner sizes differ: a ${formatShape(a.shape)}${transposeA ? ' transposed' : ''} gives K = ${K}, ` +
        `b ${formatShape(b.shape)}${transposeB ? ' transposed' : ''} gives K = ${innerB}`,
    );
  }
  const leading = a.shape.slice(0, -2);
  const sharedB = b.shape.length === 2;
  if (!sharedB && !equalShapes(leading, b.shape.slice(0, -2))) {
    throw new ShapeError(
      `gemm: leading dimensions differ: a ${formatShape(a.shape)}, b ${formatShape(b.shape)}; ` +
        'they must be equal, or b of rank 2',
    );
  }
  return { batch: sizeOf(leading), M, N, K, sharedB, transposeA, transposeB, shape: [...leading, M, N] };
}

export function validateSoftmax(backend: Backend, x: Tensor): { rows: number; columns: number } {
  checkTensor('softmax', 'x', x, backend, 'float32');
  checkRank('softmax', 'x', x, 1);
  return { rows: sizeOf(x.shape.slice(0, -1)), columns: x.shape.at(-1) as number };
}

/** Sizes of a checked attention; `maskStrides` maps a leading index to the mask's element offset. */
export interface AttentionPlan {
  leading: number[];
  /** Product of the leading dimensions: B times H. */
  batch: number;
  L: number;
  S: number;
  D: number;
  Dv: number;
  scale: number;
  /** Key j is visible to query i iff j <= i + queryOffset; Infinity when not causal. */
  queryOffset: number;
  mask: AttentionMask | undefined;
  returnLse: boolean;
  returnWeights: boolean;
}

/** A boolean mask read by strides: element (b, i, j) lies at offsets[b] + i * rowStride + j * columnStride. */
export interface AttentionMask {
  tensor: Tensor;
  offsets: Float64Array;
  rowStride: number;
  columnStride: number;
}

export function validateAttention(
  backend: Backend,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions = {},
): AttentionPlan {
  const fn = 'attention';
  for (const [name, tensor] of Object.entries({ q, k, v })) {
    checkTensor(fn, name, tensor, backend, 'float32');
    checkRank(fn, name, tensor, 2);
  }
  checkOptions(fn, options, ['scale', 'queryOffset', 'mask', 'returnLse', 'returnWeights']);
  const leading = q.shape.slice(0, -2);
  const [L, D] = q.shape.slice(-2) as [number, number];
  const [S, keySize] = k.shape.slice(-2) as [number, number];
  const [values, Dv] = v.shape.slice(-2) as [number, number];
  if (!equalShapes(leading, k.shape.slice(0, -2)) || !equalShapes(leading, v.shape.slice(0, -2))) {
    throw new ShapeError(
      `${fn}: leading dimensions differ: q ${formatShape(q.shape)}, k ${formatShape(k.shape)}, v ${formatShape(v.shape)}`,
    );
  }
  if (keySize !== D) throw new ShapeError(`${fn}: q has head size ${D}, but k has ${keySize}`);
  if (values !== S) throw new ShapeError(`${fn}: k has ${S} keys, but v has ${values} values`);
  const scale = options.scale ?? (D === 0 ? 1 : 1 / Math.sqrt(D));
  if (typeof scale !== 'number' || !Number.isFinite(scale)) {
    throw new ValueError(`${fn}: scale must be a finite number, got ${String(scale)}`);
  }
  const queryOffset = options.queryOffset ?? Number.POSITIVE_INFINITY;
  if (options.queryOffset !== undefined && !Number.isSafeInteger(queryOffset)) {
    throw new ValueError(`${fn}: queryOffset must be an integer, got ${String(options.queryOffset)}`);
  }
  const batch = sizeOf(leading);
  return {
    leading,
    batch,
    L,
    S,
    D,
    Dv,
    scale,
    queryOffset,
    mask: options.mask === undefined ? undefined : planMask(backend, options.mask, leading, batch, L, S),
    returnLse: checkBoolean(fn, 'returnLse', options.returnLse ?? false),
    returnWeights: checkBoolean(fn, 'returnWeights', options.returnWeights ?? false),
  };
}

function planMask(
  backend: Backend,
  mask: Tensor,
  leading: number[],
  batch: number,
  L: number,
  S: number,
): AttentionMask {
  checkTensor('attention', 'mask', mask, backend, 'bool');
  const full = [...leading, L, S];
  const missing = full.length - mask.shape.length;
  const fits = missing >= 0 && mask.shape.every((length, axis) => length === 1 || length === full[axis + missing]);
  if (!fits) {
    throw new ShapeError(
      `attention: mask ${formatShape(mask.shape)} does not broadcast to ${formatShape(full)} ([.., L, S])`,
    );
  }
  const strides = new Array<number>(full.length).fill(0);
  let stride = 1;
  for (let axis = full.length - 1; axis >= missing; axis--) {
    const length = mask.shape[axis - missing] as number;
    if (length !== 1) strides[axis] = stride;
    stride *= length;
  }
  const offsets = new Float64Array(batch);
  for (let b = 0; b < batch; b++) {
    let rest = b;
    for (let axis = leading.length - 1; axis >= 0; axis--) {
      const length = leading[axis] as number;
      offsets[b] = (offsets[b] as number) + (rest % length) * (strides[axis] as number);
      rest = Math.floor(rest / length);
    }
  }
  return { tensor: mask, offsets, rowStride: strides.at(-2) as number, columnStride: strides.at(-1) as number };
}

export function validateBernoulliLogits(
  backend: Backend,
  x: Tensor,
  logits: Tensor,
  options: { gradient?: boolean } = {},
): { rows: number; columns: number; gradient: boolean } {
  const fn = 'bernoulliLogits';
  checkTensor(fn, 'x', x, backend, 'float32');
  checkTensor(fn, 'logits', logits, backend, 'float32');
  checkOptions(fn, options, ['gradient']);
  if (x.shape.length !== 2) throw new ShapeError(`${fn}: x has shape ${formatShape(x.shape)}, expected [B,E]`);
  if (!equalShapes(x.shape, logits.shape)) {
    throw new ShapeError(`${fn}: x has shape ${formatShape(x.shape)}, but logits ${formatShape(logits.shape)}`);
  }
  const [rows, columns] = x.shape as [number, number];
  return { rows, columns, gradient: checkBoolean(fn, 'gradient', options.gradient ?? false) };
}

/** A checked bilinearTrajectories: `rows` states are written, the k-th after `interval * k` steps. */
export interface TrajectoryPlan {
  count: number;
  rows: number;
  steps: number;
  interval: number;
  stepP: number;
  stepQ: number;
  order: UpdateOrder;
}

export function validateTrajectories(
  backend: Backend,
  p0: Tensor,
  q0: Tensor,
  options: TrajectoryOptions,
): TrajectoryPlan {
  const fn = 'bilinearTrajectories';
  checkTensor(fn, 'p0', p0, backend, 'float64');
  checkTensor(fn, 'q0', q0, backend, 'float64');
  checkOptions(fn, options, ['stepP', 'stepQ', 'steps', 'order', 'recordEvery']);
  if (p0.shape.length !== 1) throw new ShapeError(`${fn}: p0 has shape ${formatShape(p0.shape)}, expected [N]`);
  if (!equalShapes(p0.shape, q0.shape)) {
    throw new ShapeError(`${fn}: p0 has shape ${formatShape(p0.shape)}, but q0 ${formatShape(q0.shape)}`);
  }
  const { stepP, stepQ, steps, recordEvery } = options;
  for (const [name, value] of Object.entries({ stepP, stepQ })) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ValueError(`${fn}: ${name} must be a finite number, got ${String(value)}`);
    }
  }
  if (!Number.isSafeInteger(steps) || steps < 0 || steps > 0x7fffffff) {
    throw new ValueError(`${fn}: steps must be an integer from 0 to 2147483647, got ${String(steps)}`);
  }
  const order = options.order ?? 'q-first';
  if (!['q-first', 'p-first', 'simultaneous'].includes(order)) {
    throw new ValueError(`${fn}: order must be 'q-first', 'p-first' or 'simultaneous', got ${String(order)}`);
  }
  if (recordEvery !== undefined && (!Number.isSafeInteger(recordEvery) || recordEvery < 1 || steps % recordEvery)) {
    throw new ValueError(
      `${fn}: recordEvery must be a positive integer that divides steps (${steps}), got ${String(recordEvery)}`,
    );
  }
  // With one row the interval is the whole run, which recordEvery is not when there are no steps.
  const interval = steps === 0 ? 0 : (recordEvery ?? steps);
  const rows = recordEvery === undefined ? 1 : steps / recordEvery + 1;
  return { count: p0.shape[0] as number, rows, steps, interval, stepP, stepQ, order };
}

/** The error of an operator that a backend lacks. */
export const unsupportedOperator = (operator: OperatorName, backend: Backend): UnsupportedError =>
  new UnsupportedError(
    `${operator}: the ${backend.info.name} backend does not implement it (backend.supports('${operator}') is false)`,
  );
