import type { Tensor } from '../../backend.js';
import type { KernelName } from '../../generated/exports.js';
import { validateAxpy, validateBroadcast, validateScale } from '../../operators/elementwise.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';

type Names = 'add' | 'subtract' | 'multiply' | 'divide';

/** y = a op b with b repeating, and the same with a repeating. */
const kernels: Record<Names, readonly [KernelName, KernelName]> = {
  add: ['addElements', 'addElements'],
  subtract: ['subtractElements', 'subtractFromElements'],
  multiply: ['multiplyElements', 'multiplyElements'],
  divide: ['divideElements', 'divideIntoElements'],
};

export const elementwiseOperators: WasmOperators<Names | 'scale' | 'axpy'> = {
  add: (core, a, b) => combine(core, 'add', a, b),
  subtract: (core, a, b) => combine(core, 'subtract', a, b),
  multiply: (core, a, b) => combine(core, 'multiply', a, b),
  divide: (core, a, b) => combine(core, 'divide', a, b),
  scale(core, x, factor) {
    validateScale(core, x, factor);
    return core.run('scale', ({ result, split }) => {
      const y = result('float32', x.shape);
      split('scaleElements', x.size, options, [factor, address(x), y.address]);
      return y;
    });
  },
  axpy(core, alpha, x, y) {
    validateAxpy(core, alpha, x, y);
    return core.run('axpy', ({ result, split }) => {
      const z = result('float32', x.shape);
      split('axpyElements', x.size, options, [alpha, address(x), address(y), z.address]);
      return z;
    });
  },
};

/** Ranges begin at whole vectors and whole cache lines. */
const options = { cost: 1, multiple: 1024 };

function combine(core: WasmCore, fn: Names, a: Tensor, b: Tensor): Tensor {
  const { shape, smaller, period } = validateBroadcast(core, fn, a, b);
  return core.run(fn, (task) => {
    const y = task.result('float32', shape);
    const [kernel, mirrored] = kernels[fn];
    const from = { size: y.size, period, y: y.address };
    if (smaller === 'a') broadcast(task, mirrored, { ...from, whole: address(b), part: address(a) });
    else broadcast(task, kernel, { ...from, whole: address(a), part: address(b) });
    return y;
  });
}

/** `size` elements at `whole`, `period` at `part`; addresses in bytes. */
interface Broadcast {
  size: number;
  period: number;
  whole: number;
  part: number;
  y: number;
}

/** Below this many elements a repeating part is copied out: restarting costs the kernel a few elements' time. */
const shortPeriod = 256;
/** Up to this many, so is one that is no whole number of vectors, four times: at most 64 KiB of workspace. */
const longPeriod = 4096;

function broadcast(task: Task, kernel: KernelName, { size, period, whole, part, y }: Broadcast): void {
  if (size === 0) return;
  if (size === period || (period >= shortPeriod && period % 4 === 0)) {
    task.split(kernel, size, options, [period, whole, part, y]);
  } else if (period < longPeriod) {
    const copies = 4 * Math.ceil(shortPeriod / 4 / period);
    const pattern = task.workspace(4 * copies * period);
    task.kernels.repeatRow(copies, period, part, pattern);
    task.split(kernel, size, options, [copies * period, whole, pattern, y]);
  } else {
    // One row after the other: the vector that runs over a row's end is overwritten by the next row.
    for (let row = 0; row < size; row += period) {
      task.split(kernel, period, options, [period, whole + 4 * row, part, y + 4 * row]);
    }
  }
}
