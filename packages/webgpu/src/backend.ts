import {
  type AttentionOptions,
  type AttentionResult,
  type Backend,
  type BackendInfo,
  type BernoulliLogitsResult,
  type DataType,
  DlvError,
  type GemmOptions,
  type OperatorName,
  OutOfMemoryError,
  type Tensor,
  type TensorData,
  type TrajectoryResult,
  UnsupportedError,
} from '@dlv/kernels';
import {
  type AttentionPlan,
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
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { type AttentionPart, AttentionProgram, keysPerTile } from './attention-program.js';
import { WebgpuTensor } from './tensor.js';

/** The parts of tfjs that the backend stands on; loaded by `createWebgpuBackend`. */
export interface Engine {
  readonly device: GPUDevice;
  /** Whether `dispose` also ends the device: true unless the caller brought it. */
  readonly ownsDevice: boolean;
  readonly adapter: string;
  /** tfjs's backend on that device, registered nowhere: it changes nothing for other users of tfjs. */
  readonly tfjs: WebGPUBackend;
  readonly kernels: Record<'BatchMatMul' | 'Softmax', KernelFunc>;
}

const supported: readonly OperatorName[] = ['gemm', 'softmax', 'attention'];
const int32Limit = 0x3fffffff;

/** The Backend on WebGPU. Operators return at once; errors of the GPU reach the caller when a result is read. */
export class WebgpuBackend implements Backend {
  readonly ledger = new Ledger();
  disposed = false;
  readonly #engine: Engine;
  #lost: Error | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    void engine.device.lost.then(({ reason, message }) => {
      this.#lost = new DlvError(`webgpu: the GPU device was lost (${reason}): ${message}; create a new backend`);
    });
  }

  get info(): BackendInfo {
    return {
      name: 'webgpu',
      engine: this.#engine.adapter,
      simd: false,
      relaxedSimd: false,
      relaxedSimdReason: 'the webgpu backend runs on the GPU, not in WebAssembly',
      threads: 1,
      threadsReason: 'the GPU schedules its own',
      synchronousRead: false,
      bytesInUse: this.ledger.bytesInUse,
      bytesAtPeak: this.ledger.bytesAtPeak,
    };
  }

  supports(operator: OperatorName): boolean {
    return supported.includes(operator);
  }

  tensor(data: TensorData | readonly number[] | readonly boolean[], shape: readonly number[]): Tensor {
    checkAlive('tensor', this, 'the webgpu backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape);
    if (dtype === 'float64') {
      throw new UnsupportedError('tensor: the webgpu backend has no float64; pass a Float32Array or number[]');
    }
    // The copy is uploaded when the first program reads it.
    const copied = dtype === 'bool' ? Int32Array.from(values) : Float32Array.from(values);
    const info = this.#engine.tfjs.makeTensorInfo([copied.length], dtype === 'bool' ? 'int32' : 'float32', copied);
    return new WebgpuTensor(this, dtype, checked, info);
  }

  scope<T>(fn: () => T): T {
    return this.ledger.scope(fn);
  }

  dispose(): void {
    if (this.disposed) return;
    for (const tensor of [...this.ledger.live]) tensor.dispose();
    this.disposed = true;
    this.#engine.tfjs.dispose();
    if (this.#engine.ownsDevice) this.#engine.device.destroy();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  gemm(a: Tensor, b: Tensor, options?: GemmOptions): Tensor {
    const { batch, M, N, K, sharedB, transposeA, transposeB, shape } = validateGemm(this, a, b, options);
    if (batch * M * N * K === 0) return this.#zeros(shape);
    const inputs = {
      a: shaped(a, [batch, ...(transposeA ? [K, M] : [M, K])]),
      b: shaped(b, [sharedB ? 1 : batch, ...(transposeB ? [N, K] : [K, N])]),
    };
    return this.#kernel('BatchMatMul', shape, inputs, { transposeA, transposeB });
  }

  softmax(x: Tensor): Tensor {
    const { rows, columns } = validateSoftmax(this, x);
    if (rows * columns === 0) return this.#zeros(x.shape);
    return this.#kernel('Softmax', x.shape, { logits: shaped(x, [rows, columns]) }, { dim: 1 });
  }

  attention(q: Tensor, k: Tensor, v: Tensor, options?: AttentionOptions): AttentionResult {
    const plan = validateAttention(this, q, k, v, options);
    const { leading, L, S, D, Dv } = plan;
    if (keysPerTile(D, Dv) === 0) {
      throw new UnsupportedError(
        `attention: the webgpu backend takes head and value sizes of up to 4096 together, got D = ${D} and Dv = ${Dv}`,
      );
    }
    return this.scope(() => {
      const tensors = { q, k, v };
      const result: AttentionResult = { output: this.#attentionPart('output', [...leading, L, Dv], plan, tensors) };
      if (!plan.returnLse && !plan.returnWeights) return result;
      const lse = this.#attentionPart('lse', [...leading, L], plan, tensors);
      if (plan.returnLse) result.lse = lse;
      if (plan.returnWeights) result.weights = this.#attentionPart('weights', [...leading, L, S], plan, tensors, lse);
      return result;
    });
  }

  bernoulliLogits(): BernoulliLogitsResult {
    throw unsupportedOperator('bernoulliLogits', this);
  }

  bilinearTrajectories(): TrajectoryResult {
    throw unsupportedOperator('bilinearTrajectories', this);
  }

  /** The values of a tensor, once everything before has run. */
  async read(info: TensorInfo): Promise<Float32Array | Int32Array> {
    if (this.#lost) throw this.#lost;
    const { value, fault } = this.#watched(() => this.#engine.tfjs.read(info.dataId));
    try {
      const values = await value;
      const error = await fault;
      if (error) throw error;
      return values as Float32Array | Int32Array;
    } catch (error) {
      throw this.#lost ?? error;
    }
  }

  release(tensor: WebgpuTensor): void {
    this.ledger.remove(tensor, tensor.bytes);
    this.#engine.tfjs.disposeData(tensor.info.dataId);
  }

  #kernel(
    name: 'BatchMatMul' | 'Softmax',
    shape: readonly number[],
    inputs: Record<string, TensorInfo>,
    attrs: object,
  ): Tensor {
    const { tfjs, kernels } = this.#engine;
    const { value, fault } = this.#watched(() => kernels[name]({ inputs, backend: tfjs, attrs: { ...attrs } }));
    return new WebgpuTensor(this, 'float32', Object.freeze([...shape]), value as TensorInfo, fault);
  }

  #attentionPart(
    part: AttentionPart,
    shape: readonly number[],
    { batch: N, L, S, D, Dv, scale, queryOffset, mask }: AttentionPlan,
    { q, k, v }: Record<'q' | 'k' | 'v', Tensor>,
    lse?: Tensor,
  ): Tensor {
    if (sizeOf(shape) === 0) return this.#zeros(shape);
    if (S === 0) return this.#filled(shape, part === 'lse' ? Number.NEGATIVE_INFINITY : 0);
    const { tfjs } = this.#engine;
    const program = new AttentionProgram(part, { N, L, S, D, Dv, masked: mask !== undefined });
    const offsets = mask && tfjs.makeTensorInfo([N], 'int32', Int32Array.from(mask.offsets));
    const inputs = [
      shaped(q, [N, L, D]),
      shaped(k, [N, S, D]),
      ...(mask && offsets ? [shaped(mask.tensor, [mask.tensor.size]), offsets] : []),
      ...(part === 'output' ? [shaped(v, [N, S, Dv])] : []),
      ...(lse ? [shaped(lse, [N, L, 1])] : []),
    ].map((info) => this.#nonEmpty(info));
    const int32 = (value: number) => ({ type: 'int32', data: [Math.max(-int32Limit, Math.min(int32Limit, value))] });
    const uniforms = [
      { type: 'float32', data: [scale] },
      ...[queryOffset, L, S, N, mask?.rowStride ?? 0, mask?.columnStride ?? 0].map(int32),
    ];
    const { value, fault } = this.#watched(() => tfjs.runWebGPUProgram(program, inputs, 'float32', uniforms));
    if (offsets) tfjs.disposeData(offsets.dataId);
    return new WebgpuTensor(this, 'float32', Object.freeze([...shape]), value, fault);
  }

  /** A binding may not be empty (D = 0 or Dv = 0), so one unused zero stands in. */
  #nonEmpty(info: TensorInfo): TensorInfo {
    if (sizeOf(info.shape) > 0) return info;
    this.#unused ??= this.#engine.tfjs.makeTensorInfo([1], 'float32', new Float32Array(1));
    return { ...this.#unused, shape: info.shape.map(() => 1) };
  }
  #unused: TensorInfo | undefined;

  #zeros(shape: readonly number[]): Tensor {
    return this.#filled(shape, 0);
  }

  #filled(shape: readonly number[], value: number): Tensor {
    return this.tensor(new Float32Array(sizeOf(shape)).fill(value), shape);
  }

  /** Runs `fn` and collects what the GPU complains about meanwhile; WebGPU reports it later and otherwise only to the console. */
  #watched<T>(fn: () => T): { value: T; fault: Promise<Error | undefined> } {
    const { device } = this.#engine;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    const pop = () => Promise.all([device.popErrorScope(), device.popErrorScope()]);
    let value: T;
    try {
      value = fn();
    } catch (error) {
      void pop().catch(() => undefined);
      throw error;
    }
    const fault = pop().then(([validation, memory]) => {
      if (memory) return new OutOfMemoryError(`webgpu: the GPU is out of memory: ${memory.message}`);
      return validation ? new DlvError(`webgpu: the GPU refused a program: ${validation.message}`) : undefined;
    });
    // A lost device rejects; the reader learns of it by `lost`.
    return { value, fault: fault.catch(() => undefined) };
  }
}

/** A tensor's data under another shape, as tfjs's kernels take it. */
const shaped = (tensor: Tensor, shape: number[]): TensorInfo => ({
  ...(tensor as WebgpuTensor).info,
  shape,
  dtype: tensor.dtype === ('bool' satisfies DataType) ? 'int32' : 'float32',
});
