import type { DataType, Tensor, TensorData } from '../backend.js';
import { checkAlive, disposeSymbol } from '../ledger.js';
import { bytesPerElement, sizeOf } from '../tensor-data.js';
import type { WasmBackend } from './backend.js';

/** A tensor in a WebAssembly memory, at a byte address. */
export class WasmTensor implements Tensor {
  disposed = false;
  readonly size: number;
  readonly bytes: number;
  readonly address: number;

  constructor(
    fn: string,
    readonly backend: WasmBackend,
    readonly dtype: DataType,
    readonly shape: readonly number[],
  ) {
    this.size = sizeOf(shape);
    this.bytes = this.size * bytesPerElement[dtype];
    this.address = backend.memory.allocate(fn, this.bytes);
    backend.ledger.add(this, this.bytes);
  }

  /** A view of the elements, valid until the memory grows. */
  view(): TensorData {
    const { float32, float64, bytes } = this.backend.memory.views;
    const whole = this.dtype === 'float32' ? float32 : this.dtype === 'float64' ? float64 : bytes;
    const begin = this.address / bytesPerElement[this.dtype];
    return whole.subarray(begin, begin + this.size);
  }

  async data(): Promise<TensorData> {
    return this.dataSync();
  }

  dataSync(): TensorData {
    checkAlive('data', this, 'the tensor');
    return this.view().slice();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.backend.ledger.remove(this, this.bytes);
    this.backend.memory.free(this.address);
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}
