import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkOptions, checkTensor, equalShapes } from './check.js';

/** Sizes of a recurrent step: batch, inputs, hidden units. */
export interface RecurrentSizes {
  B: number;
  I: number;
  n: number;
}

/** Checks x [B, I] and h [B, n] and returns their sizes. `state` names h in error texts. */
export function checkState(fn: string, backend: BackendCore, x: Tensor, h: Tensor, state = 'h'): RecurrentSizes {
  for (const [name, tensor] of [['x', x] as const, [state, h] as const]) {
    checkTensor(fn, name, tensor, backend, 'float32');
    if (tensor.shape.length !== 2) {
      throw new ShapeError(`${fn}: ${name} has shape ${formatShape(tensor.shape)}, expected rank 2`);
    }
  }
  const [[B, I], [rows, n]] = [x.shape as [number, number], h.shape as [number, number]];
  if (rows !== B) {
    throw new ShapeError(
      `${fn}: x has ${B} rows, but ${state} ${rows}: x ${formatShape(x.shape)}, ${state} ${formatShape(h.shape)}`,
    );
  }
  return { B, I, n };
}

/** Checks the weights and biases of `gates` gates. */
export function checkParameters(
  fn: string,
  backend: BackendCore,
  parameters: { inputWeights: Tensor; hiddenWeights: Tensor },
  biases: readonly string[],
  { I, n }: RecurrentSizes,
  gates: number,
): void {
  checkOptions(fn, parameters, ['inputWeights', 'hiddenWeights', ...biases]);
  checkFit(fn, backend, 'inputWeights', parameters.inputWeights, [gates * n, I]);
  checkFit(fn, backend, 'hiddenWeights', parameters.hiddenWeights, [gates * n, n]);
  for (const name of biases) {
    const bias = (parameters as Record<string, Tensor | undefined>)[name];
    if (bias !== undefined) checkFit(fn, backend, name, bias, [gates * n]);
  }
}

/** Rejects what is not a float32 tensor of this shape. */
export function checkFit(
  fn: string,
  backend: BackendCore,
  name: string,
  tensor: Tensor,
  shape: readonly number[],
): void {
  checkTensor(fn, name, tensor, backend, 'float32');
  if (!equalShapes(tensor.shape, shape)) {
    throw new ShapeError(`${fn}: ${name} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`);
  }
}
