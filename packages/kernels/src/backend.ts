/**
 * The seam of DLV: one `Backend`, many engines.
 *
 * Creating a backend is asynchronous; operators are synchronous and return tensor handles; reading is asynchronous
 * (`data()`), and on CPU backends also synchronous (`dataSync()`). A backend is a value that is passed around: there is
 * no default one and no module state. The reference backend defines what every operator means; the others are tested
 * against it by the cases of `@dlv/kernels/conformance`.
 *
 * Dimension letters: B batch, H heads, L queries, S keys, D head size, Dv value size, M N K matrix sizes,
 * N trajectories, T steps.
 */

/** Element types a tensor can hold. `bool` is one byte per element, 0 or 1. */
export type DataType = 'float32' | 'float64' | 'bool';

/** The typed array that holds a data type. */
export interface DataTypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  bool: Uint8Array;
}

/** Any array an operator's result can come back in. */
export type TensorData = DataTypeArrays[DataType];

/** A dense row-major array that lives in one backend's memory. */
export interface Tensor {
  readonly backend: Backend;
  readonly dtype: DataType;
  readonly shape: readonly number[];
  /** Number of elements: the product of `shape`, 1 for a scalar. */
  readonly size: number;
  readonly disposed: boolean;
  /** Copies the elements out. Rejects with `DisposedError` after disposal. */
  data(): Promise<TensorData>;
  /** Copies the elements out at once. Throws `UnsupportedError` on backends that can only read asynchronously. */
  dataSync(): TensorData;
  /** Returns the memory to the backend. Safe to call twice. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Names of the operators of this version, as used by `supports` and in error messages. */
export type OperatorName = 'gemm' | 'softmax' | 'attention' | 'bernoulliLogits' | 'bilinearTrajectories';

/** What a backend is and what it uses now. */
export interface BackendInfo {
  readonly name: 'reference' | 'wasm' | 'webgpu';
  /** Human-readable engine: the binary in use, or the GPU adapter. */
  readonly engine: string;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Why relaxed SIMD is or is not in use. */
  readonly relaxedSimdReason: string;
  readonly threads: number;
  /** Why there are not more threads. */
  readonly threadsReason: string;
  /** Whether `dataSync` works. */
  readonly synchronousRead: boolean;
  /** Bytes held by live tensors now. */
  readonly bytesInUse: number;
  /** The largest number of bytes ever held at once, workspaces included. */
  readonly bytesAtPeak: number;
}

/** Options of {@link Backend.gemm}. */
export interface GemmOptions {
  /** Read `a` as [.., K, M] and use its transpose. Default false. */
  transposeA?: boolean;
  /** Read `b` as [.., N, K] and use its transpose. Default false. */
  transposeB?: boolean;
}

/** Options of {@link Backend.attention}. */
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

/** Result of {@link Backend.attention}. */
export interface AttentionResult {
  /** [.., L, Dv] */
  output: Tensor;
  /** [.., L], present when `returnLse` is set; -Infinity where a query sees no key. */
  lse?: Tensor;
  /** [.., L, S], present when `returnWeights` is set; each row sums to 1, or is 0 where a query sees no key. */
  weights?: Tensor;
}

/** Result of {@link Backend.bernoulliLogits}. */
export interface BernoulliLogitsResult {
  /** [B]: log p(x | logits), summed over the event, nats. */
  logLikelihood: Tensor;
  /** [B, E]: d logLikelihood / d logits = x - sigmoid(logits); present when `gradient` is set. */
  gradient?: Tensor;
}

/** Which player moves first, or whether both move at once. */
export type UpdateOrder = 'q-first' | 'p-first' | 'simultaneous';

/** Options of {@link Backend.bilinearTrajectories}. */
export interface TrajectoryOptions {
  /** Step size of the minimising player p. */
  stepP: number;
  /** Step size of the maximising player q. */
  stepQ: number;
  /** Number of full iterations (both players updated), T. */
  steps: number;
  /** Default 'q-first', the assignment's order. */
  order?: UpdateOrder;
  /** Record the state every so many steps, t = 0 included; must divide `steps`. Default: only the state at t = T. */
  recordEvery?: number;
}

/** Result of {@link Backend.bilinearTrajectories}. */
export interface TrajectoryResult {
  /** float64 [R, N]: R = 1 for the final state, else steps / recordEvery + 1. */
  p: Tensor;
  /** float64 [R, N] */
  q: Tensor;
}

/** An engine that owns memory and runs operators. Results are new tensors; inputs are never written or aliased. */
export interface Backend {
  readonly info: BackendInfo;
  readonly disposed: boolean;

  /** Whether this backend implements an operator. Calling one it lacks throws `UnsupportedError`. */
  supports(operator: OperatorName): boolean;

  /**
   * Copies `data` in as a tensor of `shape`. Plain number arrays and Float32Array become float32, Float64Array float64,
   * Uint8Array and boolean arrays bool.
   * @throws ShapeError when the element count differs from the product of `shape`.
   */
  tensor(data: TensorData | readonly number[] | readonly boolean[], shape: readonly number[]): Tensor;

  /** Runs `fn` and disposes of every tensor made in it, save those it returns (alone, in an array or as object values). */
  scope<T>(fn: () => T): T;

  /** Frees everything. Later use of the backend or its tensors throws `DisposedError`. Safe to call twice. */
  dispose(): void;
  [Symbol.dispose](): void;

  /**
   * C = op(A) op(B), float32. `a` is [.., M, K] and `b` [.., K, N] (before `transposeA`, `transposeB`); leading
   * dimensions are equal, or `b` has rank 2 and is shared by every matrix of `a`. Result [.., M, N].
   * Each element sums over k in ascending order within blocks of 256.
   * Source: Goto and van de Geijn, Anatomy of high-performance matrix multiplication, ACM TOMS 34(3), 2008.
   */
  gemm(a: Tensor, b: Tensor, options?: GemmOptions): Tensor;

  /**
   * y_i = exp(x_i - max x) / sum_j exp(x_j - max x) over the last axis, float32. A row that holds NaN, +Infinity or only
   * -Infinity becomes NaN throughout.
   */
  softmax(x: Tensor): Tensor;

  /**
   * Scaled dot-product attention, output = softmax(scale Q K^T + mask) V, float32, without an [L, S] matrix unless
   * `returnWeights` asks for it. `q` is [.., L, D], `k` [.., S, D], `v` [.., S, Dv] with equal leading dimensions.
   * A query that sees no key gives output 0, weights 0 and lse -Infinity. Keys and values hidden from a query do not
   * touch its row, be they NaN.
   * Source: Vaswani et al. 2017, eq. 1; Dao et al. 2022 (FlashAttention), algorithm 1; Milakov and Gimelshein 2018.
   */
  attention(q: Tensor, k: Tensor, v: Tensor, options?: AttentionOptions): AttentionResult;

  /**
   * log p(x | l) = sum_e x_e l_e - softplus(l_e), the Bernoulli log-likelihood with logits l, in nats, and its gradient
   * in the same pass. `x` and `logits` are float32 [B, E]; x in [0, 1] is not checked here.
   * Source: Kingma and Welling 2013, appendix C.1, in logits.
   */
  bernoulliLogits(x: Tensor, logits: Tensor, options?: { gradient?: boolean }): BernoulliLogitsResult;

  /**
   * Gradient descent-ascent on f(p, q) = p q for N starts at once, in float64: p' = p - stepP q, q' = q + stepQ p, the
   * second mover using the first mover's new value unless `order` is 'simultaneous'. `p0` and `q0` are float64 [N].
   * Source: assignment question 4; Gidel et al. 2019, section 3.
   */
  bilinearTrajectories(p0: Tensor, q0: Tensor, options: TrajectoryOptions): TrajectoryResult;
}
