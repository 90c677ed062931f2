import type { BackendCore, Tensor } from '../backend.js';
import { ShapeError } from '../errors.js';
import { formatShape } from '../tensor-data.js';
import { checkTensor, equalShapes } from './check.js';

/** Result of {@link ReparameterizeOperators.reparameterizeGradients}, both of the arguments' shape. */
export interface ReparameterizeGradients {
  mean: Tensor;
  logvar: Tensor;
}

/** Sampling from a diagonal Gaussian so that gradients pass through the sample. */
export interface ReparameterizeOperators {
  /**
   * z = mean + e^(logvar / 2) noise, a sample of N(mean, e^logvar) if `noise` is one of N(0, 1). All three are float32 of
   * one shape. Source: Kingma and Welling 2013, section 2.4.
   */
  reparameterize(mean: Tensor, logvar: Tensor, noise: Tensor): Tensor;

  /**
   * Gradients of `reparameterize` for the loss gradient `dz`: dz itself for mean, dz e^(logvar / 2) noise / 2 for logvar.
   */
  reparameterizeGradients(dz: Tensor, logvar: Tensor, noise: Tensor): ReparameterizeGradients;
}

export function validateReparameterize(backend: BackendCore, mean: Tensor, logvar: Tensor, noise: Tensor): void {
  checkAlike('reparameterize', backend, { mean, logvar, noise });
}

export function validateReparameterizeGradients(backend: BackendCore, dz: Tensor, logvar: Tensor, noise: Tensor): void {
  checkAlike('reparameterizeGradients', backend, { dz, logvar, noise });
}

function checkAlike(fn: string, backend: BackendCore, tensors: Record<string, Tensor>): void {
  const [[first, { shape }]] = Object.entries(tensors) as [[string, Tensor]];
  for (const [name, tensor] of Object.entries(tensors)) {
    checkTensor(fn, name, tensor, backend, 'float32');
    if (!equalShapes(tensor.shape, shape)) {
      throw new ShapeError(`${fn}: ${first} has shape ${formatShape(shape)}, but ${name} ${formatShape(tensor.shape)}`);
    }
  }
}
