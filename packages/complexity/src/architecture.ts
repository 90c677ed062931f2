import type { Polynomial } from './polynomial.js';
import type { Chain } from './span.js';

/** A named number of values that have to be stored. */
export interface MemoryItem {
  readonly name: string;
  readonly elements: Polynomial;
  /** `number`: weights, states, activations, stored in the number format in use; `mask`: dropout masks, one byte each. */
  readonly format: 'number' | 'mask';
  readonly kind: 'weights' | 'activations';
}

/** One group of matrix products of the forward pass, over all layers and one sequence. */
export interface Product {
  readonly name: string;
  /** Multiply-accumulates of one forward pass over t timesteps. */
  readonly macs: Polynomial;
  /** Multiply-accumulates of producing t timesteps one by one with the state or the keys and values kept. */
  readonly generationMacs: Polynomial;
  /** Products run in a training step for each one of the forward pass. */
  readonly trainingFactor: bigint;
}

/**
 * The cost of one architecture for one sequence, as exact polynomials in n (width), l (layers), t (timesteps) and, where a
 * cost depends on them, h (heads). Made by `architectures`, read by `analyze`.
 */
export interface Architecture {
  readonly name: 'RNN' | 'GRU' | 'LSTM' | 'Transformer';
  readonly products: readonly Product[];
  readonly parameters: Polynomial;
  /** Values kept for the backward pass. */
  readonly trainingMemory: readonly MemoryItem[];
  /** Buffers of one forward pass that keeps nothing for a backward pass. */
  readonly passMemory: readonly MemoryItem[];
  /** State and buffers of producing timestep t after t - 1 others. */
  readonly generationMemory: readonly MemoryItem[];
  /** What one cell or block has to wait for. */
  readonly dependency: string;
  /** Cells or blocks that must run one after another in a forward pass. */
  readonly sequentialSteps: Polynomial;
  /** Cells or blocks between the first input and the last output. */
  readonly maximumPathLength: Polynomial;
  /** Critical path through one cell or block, forward and backward. */
  readonly forwardChain: Chain;
  readonly backwardChain: Chain;
  /** Work that runs once, before the first cell, for all timesteps together; empty where there is none. */
  readonly inputChain: Chain;
  /** What the counts leave out, with its size where there is a simple one. */
  readonly notCounted: readonly string[];
}

export function activation(name: string, elements: Polynomial, format: MemoryItem['format'] = 'number'): MemoryItem {
  return { name, elements, format, kind: 'activations' };
}
