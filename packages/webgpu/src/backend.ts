import {
  type AttentionOptions,
  type AttentionResult,
  type Backend,
  type BackendInfo,
  type BernoulliLogitsResult,
  type GemmOptions,
  type OperatorName,
  type Tensor,
  type TensorData,
  type TrajectoryResult,
  UnsupportedError,
} from '@dlv/kernels';
import {
  checkAlive,
  disposeSymbol,
  Ledger,
  readTensorArguments,
  sizeOf,
  unsupportedOperator,
  validateAttention,
  validateGemm,
  validateSoftmax,
} from '@dlv/kernels/backend-kit';
import { attention } from './attention.js';
import type { Engine, GpuArray } from './engine.js';
import { gemm } from './gemm.js';
import { softmax } from './softmax.js';
import { WebgpuTensor } from './tensor.js';

const operators: readonly OperatorName[] = ['gemm', 'softmax', 'attention'];

/** Checks arguments, keeps empty arrays off the GPU, and hands the rest to the engine. */
export class WebgpuBackend implements Backend {
  readonly ledger = new Ledger();
  disposed = false;

  constructor(
    readonly engine: Engine,
    private readonly adapter: string,
  ) {}

  get info(): BackendInfo {
    return {
      name: 'webgpu',
      engine: this.adapter,
      simd: false,
      relaxedSimd: false,
      relaxedSimdReason: 'the webgpu backend runs on the GPU and uses no WebAssembly',
      threads: 1,
      threadsReason: 'one thread records the commands; the GPU runs them in parallel',
      synchronousRead: false,
      bytesInUse: this.ledger.bytesInUse,
      bytesAtPeak: this.ledger.bytesAtPeak,
    };
  }

  supports(operator: OperatorName): boolean {
    return operators.includes(operator);
  }

  tensor(data: TensorData | readonly number[] | readonly boolean[], shape: readonly number[]): Tensor {
    checkAlive('tensor', this, 'the webgpu backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape);
    if (values instanceof Float64Array) {
      throw new UnsupportedError(
        'tensor: the webgpu backend has no float64; pass data as Float32Array, or use another',
      );
    }
    const array = values.length > 0 ? this.engine.upload('tensor', values) : undefined;
    return new WebgpuTensor(this, dtype, checked, array);
  }

  scope<T>(fn: () => T): T {
    return this.ledger.scope(fn);
  }

  dispose(): void {
    if (this.disposed) return;
    for (const tensor of [...this.ledger.live]) tensor.dispose();
    this.disposed = true;
    this.engine.dispose();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  gemm(a: Tensor, b: Tensor, options?: GemmOptions): Tensor {
    const plan = validateGemm(this, a, b, options);
    const [left, right] = [arrayOf(a), arrayOf(b)];
    if (left && right) return this.#result(plan.shape, gemm(this.engine, plan, left, right));
    // No terms to sum: zeros, or nothing at all.
    const size = sizeOf(plan.shape);
    return this.#result(plan.shape, size > 0 ? this.engine.upload('gemm', new Float32Array(size)) : undefined);
  }

  softmax(x: Tensor): Tensor {
    const { rows, columns } = validateSoftmax(this, x);
    const array = arrayOf(x);
    return this.#result(x.shape, array && softmax(this.engine, rows, columns, array));
  }

  attention(q: Tensor, k: Tensor, v: Tensor, options?: AttentionOptions): AttentionResult {
    const plan = validateAttention(this, q, k, v, options);
    const { leading, L, S, Dv } = plan;
    const inputs = { q: arrayOf(q), k: arrayOf(k), v: arrayOf(v), mask: plan.mask && arrayOf(plan.mask.tensor) };
    const { output, lse, weights, workspace } = attention(this.engine, plan, inputs);
    const result: AttentionResult = { output: this.#result([...leading, L, Dv], output) };
    if (plan.returnLse) result.lse = this.#result([...leading, L], lse);
    if (plan.returnWeights) result.weights = this.#result([...leading, L, S], weights);
    this.ledger.note(workspace);
    return result;
  }

  bernoulliLogits(): BernoulliLogitsResult {
    throw unsupportedOperator('bernoulliLogits', this);
  }

  bilinearTrajectories(): TrajectoryResult {
    throw unsupportedOperator('bilinearTrajectories', this);
  }

  #result(shape: readonly number[], array: GpuArray): Tensor {
    return new WebgpuTensor(this, 'float32', Object.freeze([...shape]), array);
  }
}

const arrayOf = (tensor: Tensor): GpuArray => (tensor as WebgpuTensor).array;
