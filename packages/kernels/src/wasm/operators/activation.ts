import type { Tensor } from '../../backend.js';
import type { KernelName } from '../../generated/exports.js';
import { validateActivation, validateActivationGradient, validateGelu } from '../../operators/activation.js';
import type { OperatorName } from '../../operators/table.js';
import { address, type WasmCore, type WasmOperators } from '../core.js';

type Unary = 'relu' | 'silu' | 'tanh' | 'sigmoid' | 'softplus' | 'exp' | 'log';

export const activationOperators: WasmOperators<Unary | 'gelu' | 'activationGradient'> = {
  relu: (core, x) => checked(core, 'relu', x),
  gelu: (core, x, options) => apply(core, 'gelu', `${validateGelu(core, x, options)}Elements`, x),
  silu: (core, x) => checked(core, 'silu', x),
  tanh: (core, x) => checked(core, 'tanh', x),
  sigmoid: (core, x) => checked(core, 'sigmoid', x),
  softplus: (core, x) => checked(core, 'softplus', x),
  exp: (core, x) => checked(core, 'exp', x),
  log: (core, x) => checked(core, 'log', x),
  activationGradient(core, kind, x, dy) {
    validateActivationGradient(core, kind, x, dy);
    return core.run('activationGradient', ({ result, split }) => {
      const dx = result('float32', x.shape);
      split(`${kind}Gradient`, x.size, { cost: 10, multiple }, [address(x), address(dy), dx.address]);
      return dx;
    });
  },
};

/** Elements that stay together: ranges begin at whole vectors and whole cache lines. */
const multiple = 1024;

function checked(core: WasmCore, fn: Unary, x: Tensor): Tensor {
  validateActivation(core, fn, x);
  return apply(core, fn, `${fn}Elements`, x);
}

function apply(core: WasmCore, fn: OperatorName, kernel: KernelName, x: Tensor): Tensor {
  return core.run(fn, ({ result, split }) => {
    const y = result('float32', x.shape);
    split(kernel, x.size, { cost: fn === 'relu' ? 1 : 8, multiple }, [address(x), y.address]);
    return y;
  });
}
