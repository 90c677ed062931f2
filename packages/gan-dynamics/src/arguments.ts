import { ValueError } from '@dlv/kernels';

// Argument checks shared by the public functions of this package.

/** Rejects anything but an object whose keys are all `allowed`. */
export function checkOptions(fn: string, options: unknown, allowed: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ValueError(`${fn}: options must be an object, got ${String(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!allowed.includes(key)) {
      throw new ValueError(`${fn}: unknown option '${key}'; it takes ${allowed.join(', ')}`);
    }
  }
}

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
