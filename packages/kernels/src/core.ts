import type { Backend, BackendInfo, DataType, Tensor, TensorData } from './backend.js';
import { checkAlive, disposeSymbol, Ledger } from './ledger.js';
import { sizeOf } from './tensor-data.js';

/** What every backend's core does alike: counting tensors, scopes, disposal. `attachOperators` makes a backend of it. */
export abstract class Core {
  readonly ledger = new Ledger();
  disposed = false;

  abstract readonly info: BackendInfo;

  scope<T>(fn: () => T): T {
    return this.ledger.scope(fn);
  }

  dispose(): void {
    if (this.disposed) return;
    for (const tensor of [...this.ledger.live]) tensor.dispose();
    this.disposed = true;
    this.release();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  /** Gives back what the core holds beside its tensors. */
  protected release(): void {}
}

/** What every backend's tensor does alike. A subclass holds the elements, and obtains them before it calls `super`. */
export abstract class CoreTensor<Owner extends Core> implements Tensor {
  readonly backend: Backend;
  readonly shape: readonly number[];
  readonly size: number;
  disposed = false;

  /** `bytes`: memory the elements take on this backend. */
  constructor(
    readonly core: Owner,
    readonly dtype: DataType,
    shape: readonly number[],
    private readonly bytes: number,
  ) {
    // The core is the backend once its operators are attached.
    this.backend = core as unknown as Backend;
    this.shape = Object.freeze([...shape]);
    this.size = sizeOf(shape);
    core.ledger.add(this, bytes);
  }

  async data(): Promise<TensorData> {
    return this.dataSync();
  }

  dataSync(): TensorData {
    checkAlive('data', this, 'the tensor');
    return this.copy();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.core.ledger.remove(this, this.bytes);
    this.release();
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  /** The elements, copied out at once. */
  protected abstract copy(): TensorData;

  /** Gives the elements' memory back. */
  protected abstract release(): void;
}
