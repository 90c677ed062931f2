import type { DataType, TensorData } from '../backend.js';
import { CoreTensor } from '../core.js';
import { bytesPerElement, sizeOf, viewArray } from '../tensor-data.js';
import type { WasmCore } from './core.js';

/** A tensor in a WebAssembly memory, at a byte address. */
export class WasmTensor extends CoreTensor<WasmCore> {
  readonly address: number;

  constructor(fn: string, core: WasmCore, dtype: DataType, shape: readonly number[]) {
    const bytes = sizeOf(shape) * bytesPerElement(dtype);
    const address = core.memory.allocate(fn, bytes);
    super(core, dtype, shape, bytes);
    this.address = address;
  }

  /** A view of the elements, valid until the memory grows. */
  view(): TensorData {
    return viewArray(this.dtype, this.core.memory.memory.buffer, this.address, this.size);
  }

  protected copy(): TensorData {
    return this.view().slice();
  }

  protected release(): void {
    this.core.memory.free(this.address);
  }
}
