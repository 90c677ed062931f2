import { validateConvert } from '../../operators/half.js';
import { address, type WasmOperators } from '../core.js';

const kernels = {
  float16: { narrow: 'float32ToFloat16', widen: 'float16ToFloat32' },
  bfloat16: { narrow: 'float32ToBfloat16', widen: 'bfloat16ToFloat32' },
} as const;

export const halfOperators: WasmOperators<'convert'> = {
  convert(core, x, dtype) {
    const { half, narrows } = validateConvert(core, x, dtype);
    return core.run('convert', ({ result, split }) => {
      const y = result(dtype, x.shape);
      const { narrow, widen } = kernels[half];
      split(narrows ? narrow : widen, x.size, { cost: 2, multiple: 1024 }, [address(x), y.address]);
      return y;
    });
  },
};
