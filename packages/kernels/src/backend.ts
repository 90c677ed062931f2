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

import type { OperatorName, Operators } from './operators/table.js';

export type * from './operators/activation.js';
export type * from './operators/affine-trajectories.js';
export type * from './operators/attention.js';
export type * from './operators/bernoulli-logits.js';
export type * from './operators/bilinear-trajectories.js';
export type * from './operators/conv2d.js';
export type * from './operators/dirac-trajectories.js';
export type * from './operators/elementwise.js';
export type * from './operators/gaussian-kl.js';
export type * from './operators/gaussian-nll.js';
export type * from './operators/gemm.js';
export type * from './operators/gru.js';
export type * from './operators/half.js';
export type * from './operators/layer-norm.js';
export type * from './operators/lstm.js';
export type * from './operators/optimizer.js';
export type * from './operators/random.js';
export type { RecordingOptions } from './operators/recording.js';
export type * from './operators/reduction.js';
export type * from './operators/reparameterize.js';
export type * from './operators/rms-norm.js';
export type * from './operators/rnn.js';
export type * from './operators/softmax.js';
export type { OperatorName, Operators } from './operators/table.js';

/** The typed array that holds a data type. */
export interface DataTypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  /** Indices. */
  int32: Int32Array;
  /** One byte per element, 0 or 1. */
  bool: Uint8Array;
  /** IEEE 754 binary16, as bits: sign, 5 bits of exponent, 10 of fraction. For storage; `convert` reads and makes it. */
  float16: Uint16Array;
  /** The upper half of a float32, as bits: sign, 8 bits of exponent, 7 of fraction. For storage, as float16. */
  bfloat16: Uint16Array;
}

/** Element types a tensor can hold. */
export type DataType = keyof DataTypeArrays;

/** Any array an operator's result can come back in. */
export type TensorData = DataTypeArrays[DataType];

/** What `Backend.tensor` makes a tensor of. */
export type TensorSource = TensorData | readonly number[] | readonly boolean[];

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

/** What every backend has beside its operators. */
export interface BackendCore {
  readonly info: BackendInfo;
  readonly disposed: boolean;

  /**
   * Copies `data` in as a tensor of `shape`. Plain number arrays and Float32Array become float32, Float64Array float64,
   * Int32Array int32, Uint8Array and boolean arrays bool. Uint16Array holds the bits of float16 or bfloat16, and `dtype`
   * says of which; for other data `dtype` may be given and has to be the one the data becomes.
   * @throws ShapeError when the element count differs from the product of `shape`, ValueError for other data or a `dtype`
   * that is not the data's, UnsupportedError where the backend cannot hold the data type.
   */
  tensor(data: TensorSource, shape: readonly number[], dtype?: DataType): Tensor;

  /** Runs `fn` and disposes of every tensor made in it, save those it returns (alone, in an array or as object values). */
  scope<T>(fn: () => T): T;

  /** Frees everything. Later use of the backend or its tensors throws `DisposedError`. Safe to call twice. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/**
 * An engine that owns memory and runs operators. Results are new tensors; inputs are never written or aliased, save by the
 * optimizers' steps, which work in place. The operators are documented family by family in `src/operators/`.
 */
export interface Backend extends BackendCore, Operators {
  /** Whether this backend implements an operator. Calling one it lacks throws `UnsupportedError`. */
  supports(operator: OperatorName): boolean;
}
