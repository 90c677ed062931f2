/** Arrays an operator's result comes back in. */
export type NumericArray = Float32Array | Float64Array | Int32Array;

/** The arrays one run produces: p and q for trajectories, gradients of q, k and v for attention gradients, one for the others. */
export type Outcome = readonly NumericArray[];

/** C = op(A) op(B): a [batch, m, k], or [batch, k, m] with transposeA; b [batch, k, n], or [batch, n, k] with transposeB. */
export interface GemmWork {
  readonly operator: 'gemm';
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Softmax over the last axis of x [rows, columns]. */
export interface SoftmaxWork {
  readonly operator: 'softmax';
  readonly rows: number;
  readonly columns: number;
  readonly x: Float32Array;
}

/** softmax(Q K^T / sqrt(depth)) V with q, k, v [heads, length, depth]. */
export interface AttentionWork {
  readonly operator: 'attention';
  readonly heads: number;
  readonly length: number;
  readonly depth: number;
  readonly causal: boolean;
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

/** Attention forward, then the gradients of sum(dOutput output) with respect to q, k and v; all arrays [heads, length, depth]. */
export interface AttentionGradientsWork extends Omit<AttentionWork, 'operator'> {
  readonly operator: 'attention-gradients';
  readonly dOutput: Float32Array;
}

/** (x - mean) / sqrt(variance + epsilon) * scale + shift over the last axis of x [rows, columns]; scale and shift [columns]. */
export interface LayerNormWork {
  readonly operator: 'layer-norm';
  readonly rows: number;
  readonly columns: number;
  readonly epsilon: number;
  readonly x: Float32Array;
  readonly scale: Float32Array;
  readonly shift: Float32Array;
}

export type UnaryName = 'exp' | 'gelu' | 'tanh' | 'sigmoid';

/** A function of every element of x [rows, columns]. */
interface UnaryWork {
  readonly operator: 'elementwise';
  readonly fn: UnaryName;
  readonly rows: number;
  readonly columns: number;
  readonly x: Float32Array;
}

/** x + y: y [rows, columns] for add, [columns] for bias. */
interface SumWork {
  readonly operator: 'elementwise';
  readonly fn: 'add' | 'bias';
  readonly rows: number;
  readonly columns: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export type ElementwiseWork = UnaryWork | SumWork;

/** x [rows, columns] reduced over the axis; argmax gives the first of equal maxima. */
export interface ReductionWork {
  readonly operator: 'reduction';
  readonly fn: 'sum' | 'max' | 'argmax';
  readonly axis: 0 | 1;
  readonly rows: number;
  readonly columns: number;
  readonly x: Float32Array;
}

/** Alternating gradient descent-ascent on p q, q first, from `count` starts; the result is the state after `steps`. */
export interface TrajectoriesWork {
  readonly operator: 'trajectories';
  readonly count: number;
  readonly steps: number;
  readonly stepSize: number;
  readonly p0: Float64Array;
  readonly q0: Float64Array;
}

export type Work =
  | GemmWork
  | SoftmaxWork
  | AttentionWork
  | AttentionGradientsWork
  | LayerNormWork
  | ElementwiseWork
  | ReductionWork
  | TrajectoriesWork;
export type SuiteName = Work['operator'];

/** One way to do a piece of work, with its inputs already in place. */
export interface Contender {
  readonly name: string;
  /** 'limit' rows measure the machine, not the work; 'part' rows do a part of it, to show its share. */
  readonly kind: 'dlv' | 'rival' | 'limit' | 'part';
  /** The name of the same contender on one thread, where this one has more. */
  readonly oneThread?: string;
  /** Does the work once and reads the result out. */
  run(): Outcome | Promise<Outcome>;
  /** Does the work once and leaves the result unread; timed instead of `run` where the item is resident. */
  compute?(): void | Promise<void>;
  /** Brings a result into the layout the check expects, outside the timing. */
  canonical?(outcome: Outcome): Outcome;
  /** Operations of one run, where it is not the item's own amount. */
  readonly amount?: number;
  /** Whether a limit row's result is right, where the item's check does not apply. */
  check?(outcome: Outcome): Verdict;
  dispose(): void | Promise<void>;
}

/** A library or backend that may enter contenders for a piece of work: none, one, or several named variants. */
export interface Engine {
  readonly name: string;
  readonly kind: Contender['kind'];
  /** Version and engine, for the report. */
  readonly description: string;
  /** The contenders may share inputs: use none after disposing of one. */
  prepare(work: Work): Promise<Contender[]>;
  dispose(): void;
}

/** What the check of a result says. `fault` is set when it is wrong. */
export interface Verdict {
  readonly maximumError: number;
  readonly tolerance: string;
  readonly fault?: string;
}

/** Compares a result in canonical layout with the reference. */
export type Checker = (outcome: Outcome) => Verdict;

/** One line of a suite. */
export interface BenchItem {
  readonly suite: SuiteName;
  readonly name: string;
  /** Where the shape comes from. */
  readonly note: string;
  readonly unit: 'GFLOP/s' | 'GB/s' | 'G traj-steps/s';
  /** Operations, bytes or steps of one run; the rate is amount / seconds / 1e9. */
  readonly amount: number;
  /** Whether arithmetic, or copying, bounds this work, so that a fraction of the limit means something. */
  readonly limited: boolean;
  /** Results are not read out while timing: the copy would take longer than the work. */
  readonly resident?: boolean;
  /** Engines that do not take part, and why. */
  readonly excluded?: Readonly<Record<string, string>>;
  /** Makes the inputs; called once, when the item is measured. */
  work(): Work;
  /** Computes the float64 reference and gives the check against it. */
  checker(work: Work): Promise<Checker>;
}
