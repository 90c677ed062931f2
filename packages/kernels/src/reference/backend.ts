import type {
  AttentionOptions,
  AttentionResult,
  Backend,
  BackendInfo,
  BernoulliLogitsResult,
  DataType,
  DataTypeArrays,
  GemmOptions,
  OperatorName,
  Tensor,
  TensorData,
  TrajectoryOptions,
  TrajectoryResult,
} from '../backend.js';
import { checkAlive, disposeSymbol, Ledger } from '../ledger.js';
import { allocateArray, readTensorArguments, sizeOf } from '../tensor-data.js';
import {
  validateAttention,
  validateBernoulliLogits,
  validateGemm,
  validateSoftmax,
  validateTrajectories,
} from '../validate.js';
import { attention } from './attention.js';
import { bernoulliLogits } from './bernoulli-logits.js';
import { bilinearTrajectories } from './bilinear-trajectories.js';
import { gemm } from './gemm.js';
import { softmax } from './softmax.js';

class ReferenceTensor implements Tensor {
  disposed = false;
  readonly size: number;
  values: TensorData;

  constructor(
    readonly backend: ReferenceBackend,
    readonly dtype: DataType,
    readonly shape: readonly number[],
    values: TensorData,
  ) {
    this.size = values.length;
    this.values = values;
    backend.ledger.add(this, values.byteLength);
  }

  async data(): Promise<TensorData> {
    return this.dataSync();
  }

  dataSync(): TensorData {
    checkAlive('data', this, 'the tensor');
    return this.values.slice();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.backend.ledger.remove(this, this.values.byteLength);
    this.values = allocateArray(this.dtype, 0);
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}

/** Plain TypeScript, one loop per operator, sums in float64: slow, and the definition of every operator. */
class ReferenceBackend implements Backend {
  readonly ledger = new Ledger();
  disposed = false;

  get info(): BackendInfo {
    return {
      name: 'reference',
      engine: 'plain TypeScript, float64 accumulation',
      simd: false,
      relaxedSimd: false,
      relaxedSimdReason: 'the reference backend uses no WebAssembly',
      threads: 1,
      threadsReason: 'the reference backend is sequential by design',
      synchronousRead: true,
      bytesInUse: this.ledger.bytesInUse,
      bytesAtPeak: this.ledger.bytesAtPeak,
    };
  }

  supports(_operator: OperatorName): boolean {
    return true;
  }

  tensor(data: TensorData | readonly number[] | readonly boolean[], shape: readonly number[]): Tensor {
    checkAlive('tensor', this, 'the reference backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape);
    return new ReferenceTensor(this, dtype, checked, values.slice());
  }

  scope<T>(fn: () => T): T {
    return this.ledger.scope(fn);
  }

  dispose(): void {
    if (this.disposed) return;
    for (const tensor of [...this.ledger.live]) tensor.dispose();
    this.disposed = true;
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  gemm(a: Tensor, b: Tensor, options?: GemmOptions): Tensor {
    const plan = validateGemm(this, a, b, options);
    const c = this.#result('float32', plan.shape);
    gemm(plan, values(a, 'float32'), values(b, 'float32'), values(c, 'float32'));
    return c;
  }

  softmax(x: Tensor): Tensor {
    const { rows, columns } = validateSoftmax(this, x);
    const y = this.#result('float32', x.shape);
    softmax(rows, columns, values(x, 'float32'), values(y, 'float32'));
    return y;
  }

  attention(q: Tensor, k: Tensor, v: Tensor, options?: AttentionOptions): AttentionResult {
    const plan = validateAttention(this, q, k, v, options);
    const { leading, L, S, Dv } = plan;
    const result: AttentionResult = { output: this.#result('float32', [...leading, L, Dv]) };
    if (plan.returnLse) result.lse = this.#result('float32', [...leading, L]);
    if (plan.returnWeights) result.weights = this.#result('float32', [...leading, L, S]);
    attention(plan, {
      q: values(q, 'float32'),
      k: values(k, 'float32'),
      v: values(v, 'float32'),
      mask: plan.mask && values(plan.mask.tensor, 'bool'),
      output: values(result.output, 'float32'),
      lse: result.lse && values(result.lse, 'float32'),
      weights: result.weights && values(result.weights, 'float32'),
    });
    return result;
  }

  bernoulliLogits(x: Tensor, logits: Tensor, options?: { gradient?: boolean }): BernoulliLogitsResult {
    const { rows, columns, gradient } = validateBernoulliLogits(this, x, logits, options);
    const result: BernoulliLogitsResult = { logLikelihood: this.#result('float32', [rows]) };
    if (gradient) result.gradient = this.#result('float32', x.shape);
    const into = result.gradient && values(result.gradient, 'float32');
    const sums = values(result.logLikelihood, 'float32');
    bernoulliLogits(rows, columns, values(x, 'float32'), values(logits, 'float32'), sums, into);
    return result;
  }

  bilinearTrajectories(p0: Tensor, q0: Tensor, options: TrajectoryOptions): TrajectoryResult {
    const plan = validateTrajectories(this, p0, q0, options);
    const shape = [plan.rows, plan.count];
    const result = { p: this.#result('float64', shape), q: this.#result('float64', shape) };
    const [startP, startQ] = [values(p0, 'float64'), values(q0, 'float64')];
    bilinearTrajectories(plan, startP, startQ, values(result.p, 'float64'), values(result.q, 'float64'));
    return result;
  }

  #result(dtype: DataType, shape: readonly number[]): ReferenceTensor {
    return new ReferenceTensor(this, dtype, Object.freeze([...shape]), allocateArray(dtype, sizeOf(shape)));
  }
}

const values = <T extends DataType>(tensor: Tensor, _dtype: T): DataTypeArrays[T] =>
  (tensor as ReferenceTensor).values as DataTypeArrays[T];

/** The plain TypeScript backend: slow, exact, available everywhere, and the definition that the others are tested against. */
export async function createReferenceBackend(): Promise<Backend> {
  return new ReferenceBackend();
}
