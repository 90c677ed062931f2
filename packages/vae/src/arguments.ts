import { ValueError } from '@dlv/kernels';

// Argument checks shared by the public functions of this package.

export function checkFinite(fn: string, argument: string, value: unknown, minimum = Number.NEGATIVE_INFINITY): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < minimum) {
    const range = minimum === Number.NEGATIVE_INFINITY ? '' : ` of at least ${minimum}`;
    throw new ValueError(`${fn}: ${argument} must be a finite number${range}, got ${String(value)}`);
  }
  return value;
}

export function checkFunction(fn: string, argument: string, value: unknown): void {
  if (typeof value !== 'function') throw new ValueError(`${fn}: ${argument} must be a function, got ${String(value)}`);
}

export function checkRange(fn: string, begin: number, end: number, count: number): void {
  if (!Number.isSafeInteger(begin) || !Number.isSafeInteger(end) || begin < 0 || end < begin || end > count) {
    throw new ValueError(
      `${fn}: begin and end must be integers with 0 <= begin <= end <= ${count}, got ${begin} and ${end}`,
    );
  }
}
