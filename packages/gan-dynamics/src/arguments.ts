import { ValueError } from '@dlv/kernels';

// Argument checks shared by the public functions of this package.

export function checkFinite(fn: string, argument: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ValueError(`${fn}: ${argument} must be a finite number, got ${String(value)}`);
  }
  return value;
}

export function checkPositive(fn: string, argument: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw new ValueError(`${fn}: ${argument} must be a positive finite number, got ${String(value)}`);
  }
  return value;
}

/** An integer from `minimum` to 2^31 - 1. */
export function checkCount(fn: string, argument: string, value: unknown, minimum: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < minimum || (value as number) > 0x7fffffff) {
    throw new ValueError(`${fn}: ${argument} must be an integer from ${minimum} to 2147483647, got ${String(value)}`);
  }
  return value as number;
}
