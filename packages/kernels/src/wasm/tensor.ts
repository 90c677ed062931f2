import type { Backend, DataType, Tensor, TensorData } from '../backend.js';
import { checkAlive, disposeSymbol } from '../ledger.js';
import { bytesPerElement, sizeOf, viewArray } from '../tensor-data.js';
import type { WasmCore } from './core.js';

/** A tensor in a WebAssembly memory, at a byte address. */
export class WasmTensor implements Tensor {
  disposed = false;
  readonly backend: Backend;
  readonly size: number;
  readonly bytes: number;
  readonly address: number;

  constructor(
    fn: string,
    readonly core: WasmCore,
    readonly dtype: DataType,
    readonly shape: readonly number[],
  ) {
    this.backend = core.backend;
    this.size = sizeOf(shape);
    this.bytes = this.size * bytesPerElement(dtype);
    this.address = core.memory.allocate(fn, this.bytes);
    core.ledger.add(this, this.bytes);
  }

  /** A view of the elements, valid until the memory grows. */
  view(): TensorData {
    return viewArray(this.dtype, this.core.memory.memory.buffer, this.address, this.size);
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
    this.core.ledger.remove(this, this.bytes);
    this.core.memory.free(this.address);
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}
