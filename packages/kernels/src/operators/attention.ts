import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError, ValueError } from '../errors.js';
import { formatShape, sizeOf } from '../tensor-data.js';
import { checkBoolean, checkOptions, checkRank, checkTensor, equalShapes } from './check.js';

/** Options of {@link AttentionOperators.attention}. */
export interface AttentionOptions {
  /** Multiplies every score. Default 1 / sqrt(D). */
  scale?: number;
  /**
   * Causal masking: query i sees key j only if j <= i + queryOffset. Omitted: every query sees every key.
   * 0 aligns the masks' top-left corners, S - L their bottom-right ones.
   */
  queryOffset?: number;
  /** Boolean tensor that broadcasts to [.., L, S]; true keeps, false hides. */
  mask?: Tensor;
  /** Also return the log-sum-exp of each query's scores, [.., L], natural logarithm. Default false. */
  returnLse?: boolean;
  /** Also return the weights [.., L, S]; costs that much memory. Default false. */
  returnWeights?: boolean;
}

/** Result of {@link AttentionOperators.attention}. */
export interface AttentionResult {
  /** [.., L, Dv] */
  output: Tensor;
  /** [.., L], present when `returnLse` is set; -Infinity where a query sees no key. */
  lse?: Tensor;
  /** [.., L, S], present when `returnWeights` is set; each row sums to 1, or is 0 where a query sees no key. */
  weights?: Tensor;
}

/** Scaled dot-product attention. */
export interface AttentionOperators {
  /**
   * Scaled dot-product attention, output = softmax(scale Q K^T + mask) V, float32, without an [L, S] matrix unless
   * `returnWeights` asks for it. `q` is [.., L, D], `k` [.., S, D], `v` [.., S, Dv] with equal leading dimensions.
   * A query that sees no key gives output 0, weights 0 and lse -Infinity. Keys and values hidden from a query do not
   * touch its row, be they NaN.
   * Source: Vaswani et al. 2017, eq. 1; Dao et al. 2022 (FlashAttention), algorithm 1; Milakov and Gimelshein 2018.
   */
  attention(q: Tensor, k: Tensor, v: Tensor, options?: AttentionOptions): AttentionResult;

  /**
   * Gradients of a loss with respect to `q`, `k`, `v`, given its gradient `dOutput` with respect to attention's output, and
   * that output and lse. With P = exp(scale Q K^T - lse): dV = P^T dO, dS = P (dO V^T - rowsum(dO O) + dLse),
   * dQ = scale dS K, dK = scale dS^T Q; weights are recomputed tile by tile. `scale`, `queryOffset` and `mask` have to be
   * those of the forward call. A query that sees no key has gradient 0 and gives none.
   * Source: Dao et al. 2022 (FlashAttention), algorithm 4.
   */
  attentionGradients(
    dOutput: Tensor,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    output: Tensor,
    lse: Tensor,
    options?: AttentionGradientOptions,
  ): AttentionGradients;
}

/** Options of {@link AttentionOperators.attentionGradients}. */
export interface AttentionGradientOptions {
  /** As in the forward call. */
  scale?: number;
  queryOffset?: number;
  mask?: Tensor;
  /** The loss's gradient with respect to lse, [.., L]. Default 0. */
  dLse?: Tensor;
}

/** Result of {@link AttentionOperators.attentionGradients}: each has the shape of what it is named after. */
export interface AttentionGradients {
  q: Tensor;
  k: Tensor;
  v: Tensor;
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
  backend: BackendCore,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions = {},
): AttentionPlan {
  return planAttention('attention', backend, q, k, v, options);
}

export function validateAttentionGradients(
  backend: BackendCore,
  dOutput: Tensor,
  [q, k, v]: readonly [Tensor, Tensor, Tensor],
  output: Tensor,
  lse: Tensor,
  { dLse, ...options }: AttentionGradientOptions = {},
): AttentionPlan {
  const fn = 'attentionGradients';
  checkOptions(fn, options, ['scale', 'queryOffset', 'mask']);
  const plan = planAttention(fn, backend, q, k, v, options);
  const outputShape = [...plan.leading, plan.L, plan.Dv];
  const rowShape = [...plan.leading, plan.L];
  const expected: [string, Tensor | undefined, number[]][] = [
    ['dOutput', dOutput, outputShape],
    ['output', output, outputShape],
    ['lse', lse, rowShape],
    ['dLse', dLse, rowShape],
  ];
  for (const [name, tensor, shape] of expected) {
    if (tensor === undefined && name === 'dLse') continue;
    checkTensor(fn, name, tensor as Tensor, backend, 'float32');
    if (!equalShapes((tensor as Tensor).shape, shape)) {
      const got = formatShape((tensor as Tensor).shape);
      throw new ShapeError(`${fn}: ${name} has shape ${got}, expected ${formatShape(shape)}`);
    }
  }
  return plan;
}

function planAttention(
  fn: string,
  backend: BackendCore,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions,
): AttentionPlan {
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
    mask: options.mask === undefined ? undefined : planMask(fn, backend, options.mask, leading, batch, L, S),
    returnLse: checkBoolean(fn, 'returnLse', options.returnLse ?? false),
    returnWeights: checkBoolean(fn, 'returnWeights', options.returnWeights ?? false),
  };
}

function planMask(
  fn: string,
  backend: BackendCore,
  mask: Tensor,
  leading: number[],
  batch: number,
  L: number,
  S: number,
): AttentionMask {
  checkTensor(fn, 'mask', mask, backend, 'bool');
  const full = [...leading, L, S];
  const missing = full.length - mask.shape.length;
  const fits = missing >= 0 && mask.shape.every((length, axis) => length === 1 || length === full[axis + missing]);
  if (!fits) {
    throw new ShapeError(
      `${fn}: mask ${formatShape(mask.shape)} does not broadcast to ${formatShape(full)} ([.., L, S])`,
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
