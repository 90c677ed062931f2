import { type DataType, DisposedError, type Tensor, type TensorData, UnsupportedError } from '@dlv/kernels';
import { disposeSymbol, sizeOf } from '@dlv/kernels/backend-kit';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend.js';

/** A tensor in GPU memory: four bytes per element, bool included. */
export class WebgpuTensor implements Tensor {
  disposed = false;
  readonly size: number;
  readonly bytes: number;

  /** `fault` resolves to what the GPU had to complain about when this tensor was computed. */
  constructor(
    readonly backend: WebgpuBackend,
    readonly dtype: DataType,
    readonly shape: readonly number[],
    readonly info: TensorInfo,
    readonly fault: Promise<Error | undefined> = Promise.resolve(undefined),
  ) {
    this.size = sizeOf(shape);
    this.bytes = 4 * this.size;
    backend.ledger.add(this, this.bytes);
  }

  async data(): Promise<TensorData> {
    this.#checkAlive();
    const read = this.backend.read(this.info);
    // Where the GPU refused the program that made this tensor, that is the reason, not what reading it runs into.
    read.catch(() => undefined);
    const fault = await this.fault;
    if (fault) throw fault;
    const values = await read;
    this.#checkAlive();
    // tfjs keeps what it has read, so the caller gets a copy.
    return this.dtype === 'bool' ? Uint8Array.from(values) : Float32Array.from(values);
  }

  dataSync(): TensorData {
    this.#checkAlive();
    throw new UnsupportedError('dataSync: the webgpu backend can only read asynchronously; use await tensor.data()');
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.backend.release(this);
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  #checkAlive(): void {
    if (this.disposed) throw new DisposedError('data: the tensor was disposed of');
  }
}
