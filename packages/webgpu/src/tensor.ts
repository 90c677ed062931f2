import { type DataType, DisposedError, type TensorData, UnsupportedError } from '@dlv/kernels';
import { allocateArray, CoreTensor, checkAlive, sizeOf } from '@dlv/kernels/backend-kit';
import type { WebgpuCore } from './backend.js';
import type { GpuArray } from './engine.js';

/** A tensor in GPU memory, 4 bytes an element. */
export class WebgpuTensor extends CoreTensor<WebgpuCore> {
  readonly array: GpuArray;

  constructor(core: WebgpuCore, dtype: DataType, shape: readonly number[], array: GpuArray) {
    super(core, dtype, shape, 4 * sizeOf(shape));
    this.array = array;
  }

  override async data(): Promise<TensorData> {
    checkAlive('data', this, 'the tensor');
    if (this.array === undefined) return allocateArray(this.dtype, 0);
    let bytes: ArrayBuffer;
    try {
      bytes = await this.core.engine.read(this.array);
    } catch (error) {
      if (this.core.disposed) throw new DisposedError('data: the webgpu backend was disposed of during the read');
      throw error;
    }
    if (this.dtype === 'float32') return new Float32Array(bytes);
    const integers = new Int32Array(bytes);
    return this.dtype === 'bool' ? Uint8Array.from(integers) : integers;
  }

  protected copy(): TensorData {
    throw new UnsupportedError('dataSync: GPU memory can only be read asynchronously; use await tensor.data()');
  }

  protected release(): void {
    if (this.array) this.core.engine.release(this.array);
  }
}
