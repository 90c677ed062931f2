import type { BackendInfo, DataType, DataTypeArrays, Tensor, TensorData, TensorSource } from '../backend.js';
import { Core, CoreTensor } from '../core.js';
import { checkAlive } from '../ledger.js';
import type { OperatorName, OperatorTable } from '../operators/table.js';
import { allocateArray, readTensorArguments, sizeOf } from '../tensor-data.js';

class ReferenceTensor extends CoreTensor<ReferenceCore> {
  values: TensorData;

  constructor(core: ReferenceCore, dtype: DataType, shape: readonly number[], values: TensorData) {
    super(core, dtype, shape, values.byteLength);
    this.values = values;
  }

  protected copy(): TensorData {
    return this.values.slice();
  }

  protected release(): void {
    this.values = allocateArray(this.dtype, 0);
  }
}

/** Plain TypeScript, one loop per operator, sums in float64: slow, and the definition of every operator. */
export class ReferenceCore extends Core {
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

  tensor(data: TensorSource, shape: readonly number[], given?: DataType): Tensor {
    checkAlive('tensor', this, 'the reference backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape, given);
    return new ReferenceTensor(this, dtype, checked, values.slice());
  }

  /** A result tensor, zeroed. */
  result(dtype: DataType, shape: readonly number[]): Tensor {
    return new ReferenceTensor(this, dtype, shape, allocateArray(dtype, sizeOf(shape)));
  }
}

/** A tensor's own array, to read an input or to write a result. `dtype` only names the type. */
export const values = <T extends DataType = 'float32'>(tensor: Tensor, _dtype?: T): DataTypeArrays[T] =>
  (tensor as ReferenceTensor).values as DataTypeArrays[T];

/** Operators of the reference backend. */
export type ReferenceOperators<Names extends OperatorName> = OperatorTable<ReferenceCore, Names>;
