/**
 * The one error of this package. The message names the function, the argument, what came and what was expected.
 * It stands apart from the errors of `@dlv/kernels` because this package has no dependency.
 */
export class ComplexityError extends Error {
  override name = 'ComplexityError';
}

/** Shows a value in an error text, strings in quotes. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (value !== null && typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return String(value);
}

/** Refuses what is not a plain bag of named values. */
export function requireObject(where: string, name: string, value: unknown): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new ComplexityError(`${where}: ${name} are ${show(value)}, expected an object`);
  }
}

/** Refuses keys outside `known`; a misspelt option would otherwise silently do nothing. */
export function rejectUnknownKeys(where: string, given: object, known: readonly string[]): void {
  requireObject(where, 'options', given);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new ComplexityError(`${where}: unknown option '${key}', expected one of ${known.join(', ')}`);
    }
  }
}

/** Refuses a value that is not one of the listed choices. */
export function requireChoice<T extends string>(where: string, name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    const expected = choices.map((choice) => `'${choice}'`).join(' or ');
    throw new ComplexityError(`${where}: ${name} is ${show(value)}, expected ${expected}`);
  }
  return found;
}

/** Refuses a value that is not true or false. */
export function requireBoolean(where: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new ComplexityError(`${where}: ${name} is ${show(value)}, expected true or false`);
  }
  return value;
}

/** Refuses a size that is not a positive safe integer. */
export function requireSize(where: string, name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw new ComplexityError(`${where}: ${name} is ${show(value)}, expected a positive integer`);
  }
  return value;
}

/** Refuses a name that cannot be a symbol. */
export function requireSymbol(where: string, name: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(value)) {
    throw new ComplexityError(
      `${where}: ${name} is ${show(value)}, expected a letter followed by letters, digits or _`,
    );
  }
  return value;
}
