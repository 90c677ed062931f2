import {
  type AttentionResult,
  type Backend,
  type BackendInfo,
  type DataType,
  type Tensor,
  type TensorSource,
  UnsupportedError,
} from '@dlv/kernels';
import {
  attachOperators,
  Core,
  checkAlive,
  type OperatorTable,
  readTensorArguments,
  sizeOf,
  validateAttention,
  validateGemm,
  validateSoftmax,
} from '@dlv/kernels/backend-kit';
import { attention } from './attention.js';
import type { Engine, GpuArray } from './engine.js';
import { epilogue, hasEpilogue } from './epilogue.js';
import { gemm } from './gemm.js';
import { softmax } from './softmax.js';
import { WebgpuTensor } from './tensor.js';

/** Owns the arrays on one engine; empty ones stay off the GPU. */
export class WebgpuCore extends Core {
  constructor(
    readonly engine: Engine,
    private readonly adapter: string,
  ) {
    super();
  }

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

  tensor(data: TensorSource, shape: readonly number[], given?: DataType): Tensor {
    checkAlive('tensor', this, 'the webgpu backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape, given);
    if (values instanceof Float64Array) {
      throw new UnsupportedError(
        'tensor: the webgpu backend has no float64; pass data as Float32Array, or use another backend',
      );
    }
    if (values instanceof Uint16Array) {
      throw new UnsupportedError(
        `tensor: the webgpu backend has no ${dtype}; pass data as Float32Array, which convert(x, 'float32') gives elsewhere`,
      );
    }
    const array = values.length > 0 ? this.engine.upload('tensor', values) : undefined;
    return new WebgpuTensor(this, dtype, checked, array);
  }

  protected override release(): void {
    this.engine.dispose();
  }

  /** A float32 result. */
  result(shape: readonly number[], array: GpuArray): Tensor {
    return new WebgpuTensor(this, 'float32', shape, array);
  }
}

const operators: OperatorTable<WebgpuCore, 'gemm' | 'softmax' | 'attention'> = {
  gemm(core, a, b, options) {
    const plan = validateGemm(core, a, b, options);
    const size = sizeOf(plan.shape);
    if (size === 0) return core.result(plan.shape, undefined);
    const [left, right] = [arrayOf(a), arrayOf(b)];
    // Without terms to sum the product is zero.
    const product =
      left && right ? gemm(core.engine, plan, left, right) : core.engine.upload('gemm', new Float32Array(size));
    if (!hasEpilogue(plan)) return core.result(plan.shape, product);
    try {
      const [c, bias] = [plan.c && arrayOf(plan.c), plan.bias && arrayOf(plan.bias)];
      return core.result(plan.shape, epilogue(core.engine, plan, size, product, c, bias));
    } finally {
      core.engine.release(product);
    }
  },

  softmax(core, x) {
    const { rows, columns } = validateSoftmax(core, x);
    const array = arrayOf(x);
    return core.result(x.shape, array && softmax(core.engine, rows, columns, array));
  },

  attention(core, q, k, v, options) {
    const plan = validateAttention(core, q, k, v, options);
    const { leading, L, S, Dv } = plan;
    const inputs = { q: arrayOf(q), k: arrayOf(k), v: arrayOf(v), mask: plan.mask && arrayOf(plan.mask.tensor) };
    const { output, lse, weights, workspace } = attention(core.engine, plan, inputs);
    const result: AttentionResult = { output: core.result([...leading, L, Dv], output) };
    if (plan.returnLse) result.lse = core.result([...leading, L], lse);
    if (plan.returnWeights) result.weights = core.result([...leading, L, S], weights);
    core.ledger.note(workspace);
    return result;
  },
};

/** A backend on an engine; the operators it lacks throw `UnsupportedError`. */
export const webgpuBackend = (engine: Engine, adapter: string): Backend =>
  attachOperators(new WebgpuCore(engine, adapter), operators);

const arrayOf = (tensor: Tensor): GpuArray => (tensor as WebgpuTensor).array;
