import type {
  Backend,
  BackendInfo,
  DataType,
  DataTypeArrays,
  Tensor,
  TensorData,
  TensorOptions,
  TensorSource,
} from '../backend.js';
import { checkAlive, disposeSymbol, Ledger } from '../ledger.js';
import type { OperatorName, OperatorTable } from '../operators/table.js';
import { allocateArray, readTensorArguments, sizeOf } from '../tensor-data.js';

class ReferenceTensor implements Tensor {
  disposed = false;
  readonly backend: Backend;
  readonly size: number;
  values: TensorData;

  constructor(
    readonly core: ReferenceCore,
    readonly dtype: DataType,
    readonly shape: readonly number[],
    values: TensorData,
  ) {
    // The core is the backend once its operators are attached.
    this.backend = core as unknown as Backend;
    this.size = values.length;
    this.values = values;
    core.ledger.add(this, values.byteLength);
  }

  async data(): Promise<TensorData> {
    return this.dataSync();
  }

  dataSync(): TensorData {
    checkAlive('data', this, 'the tensor');
    return this.values.slice();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.core.ledger.remove(this, this.values.byteLength);
    this.values = allocateArray(this.dtype, 0);
  }

  [disposeSymbol](): void {
    this.dispose();
  }
}

/** Plain TypeScript, one loop per operator, sums in float64: slow, and the definition of every operator. */
export class ReferenceCore {
  readonly ledger = new Ledger();
  disposed = false;

  get info(): BackendInfo {
    return {
      name: 'reference',
      engine: 'plain TypeScript, float64 accumulation',
      simd: false,
      relaxedSimd: false,
      relaxedSimdReason: 'the reference backend uses no WebAssembly',
      threads: 1,
      threadsReason: 'the reference backend is sequential by design',
      synchronousRead: true,
      bytesInUse: this.ledger.bytesInUse,
      bytesAtPeak: this.ledger.bytesAtPeak,
    };
  }

  tensor(data: TensorSource, shape: readonly number[], options?: TensorOptions): Tensor {
    checkAlive('tensor', this, 'the reference backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape, options);
    return new ReferenceTensor(this, dtype, checked, values.slice());
  }

  scope<T>(fn: () => T): T {
    return this.ledger.scope(fn);
  }

  dispose(): void {
    if (this.disposed) return;
    for (const tensor of [...this.ledger.live]) tensor.dispose();
    this.disposed = true;
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  /** A result tensor, zeroed. */
  result(dtype: DataType, shape: readonly number[]): Tensor {
    return new ReferenceTensor(this, dtype, Object.freeze([...shape]), allocateArray(dtype, sizeOf(shape)));
  }
}

/** A tensor's own array, to read an input or to write a result. `dtype` only names the type. */
export const values = <T extends DataType = 'float32'>(tensor: Tensor, _dtype?: T): DataTypeArrays[T] =>
  (tensor as ReferenceTensor).values as DataTypeArrays[T];

/** Operators of the reference backend. */
export type ReferenceOperators<Names extends OperatorName> = OperatorTable<ReferenceCore, Names>;
