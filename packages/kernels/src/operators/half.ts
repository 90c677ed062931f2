import type { BackendCore, Tensor } from '../backend.js';
import { ValueError } from '../errors.js';
import { checkTensor } from './check.js';

/** Data types of two bytes, for storage. */
export type HalfDataType = 'float16' | 'bfloat16';

/** Between float32 and the floating-point types of two bytes. */
export interface HalfOperators {
  /**
   * The elements of `x` in another data type, any shape: float32 to float16 or bfloat16, and either of them to float32.
   * To float32 is exact. From float32 rounds to the nearest value, of two equally near to the one whose last bit is 0;
   * what rounds beyond the largest value becomes Infinity, what lies below the smallest normal value a subnormal or 0, sign
   * kept. A NaN keeps its sign and as much of its fraction as there is room for, and is quiet. No workspace.
   * Source: IEEE 754-2019, sections 4.3.1, 5.4.2 and 6.2.
   */
  convert(x: Tensor, dtype: 'float32' | HalfDataType): Tensor;
}

/** What `convert` is asked for: the two-byte type, and whether it is the one that comes out. */
export interface ConvertPlan {
  half: HalfDataType;
  narrows: boolean;
}

export function validateConvert(backend: BackendCore, x: Tensor, dtype: 'float32' | HalfDataType): ConvertPlan {
  const fn = 'convert';
  if (dtype === 'float16' || dtype === 'bfloat16') {
    checkTensor(fn, 'x', x, backend, 'float32');
    return { half: dtype, narrows: true };
  }
  if (dtype !== 'float32') {
    throw new ValueError(`${fn}: dtype must be 'float32', 'float16' or 'bfloat16', got ${String(dtype)}`);
  }
  checkTensor(fn, 'x', x, backend, 'float16', 'bfloat16');
  return { half: x.dtype as HalfDataType, narrows: false };
}
