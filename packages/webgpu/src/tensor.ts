import {
  type Backend,
  type DataType,
  DisposedError,
  type Tensor,
  type TensorData,
  UnsupportedError,
} from '@dlv/kernels';
import { allocateArray, checkAlive, disposeSymbol, sizeOf } from '@dlv/kernels/backend-kit';
import type { WebgpuCore } from './backend.js';
import type { GpuArray } from './engine.js';

/** A tensor in GPU memory, 4 bytes an element. */
export class WebgpuTensor implements Tensor {
  disposed = false;
  readonly backend: Backend;
  readonly size: number;

  constructor(
    readonly core: WebgpuCore,
    readonly dtype: DataType,
    readonly shape: readonly number[],
    readonly array: GpuArray,
  ) {
    // The core is the backend once its operators are attached.
    this.backend = core as unknown as Backend;
    this.size = sizeOf(shape);
    core.ledger.add(this, 4 * this.size);
  }

  async data(): Promise<TensorData> {
    checkAlive('data', this, 'the tensor');
    if (this.array === undefined) return allocateArray(this.dtype, 0);
    let bytes: ArrayBuffer;
    try {
      bytes = await this.core.engine.read(this.array);
    } catch (error) {
      if (this.core.disposed) throw new DisposedError('data: the webgpu backend was disposed of during the read');
      throw error;
    }
    return this.dtype === 'bool' ? Uint8Array.from(new Int32Array(bytes)) : new Float32Array(bytes);
  }

  dataSync(): TensorData {
    throw new UnsupportedError('dataSync: GPU memory can only be read asynchronously; use await tensor.data()');
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.core.ledger.remove(this, 4 * this.size);
    if (this.array) this.core.engine.release(this.array);
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}
