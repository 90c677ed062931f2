import type { NumericArray, Outcome, Verdict } from './work.js';

/** Allowed error of an element: absolute + relative * |expected|. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** Rows of an array of the given width, and what they should hold. */
export interface Expected {
  readonly rows: readonly number[];
  readonly width: number;
  readonly values: NumericArray;
}

const tell = ({ absolute, relative }: Tolerance) =>
  [absolute > 0 ? absolute.toExponential(1) : '', relative > 0 ? `${relative.toExponential(1)} |expected|` : '']
    .filter(Boolean)
    .join(' + ');

/**
 * Compares chosen rows of each array with the reference, and asks of all other elements that they be finite.
 * `size` is the element count every array must have.
 */
export function compare(outcome: Outcome, expected: readonly Expected[], size: number, allowed: Tolerance): Verdict {
  const tolerance = tell(allowed);
  const wrong = (fault: string, maximumError = Number.NaN): Verdict => ({ maximumError, tolerance, fault });
  if (outcome.length !== expected.length) return wrong(`gave ${outcome.length} arrays, expected ${expected.length}`);
  let maximumError = 0;
  for (const [index, { rows, width, values }] of expected.entries()) {
    const actual = outcome[index]!;
    if (actual.length !== size) return wrong(`array ${index} has ${actual.length} elements, expected ${size}`);
    const odd = actual.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) return wrong(`element ${odd} of array ${index} is ${actual[odd]}`);
    for (const [at, row] of rows.entries()) {
      for (let column = 0; column < width; column++) {
        const got = actual[row * width + column]!;
        const want = values[at * width + column]!;
        const error = Math.abs(got - want);
        maximumError = Math.max(maximumError, error);
        if (!(error <= allowed.absolute + allowed.relative * Math.abs(want))) {
          return wrong(`row ${row}, column ${column} is ${got}, expected ${want} within ${tolerance}`, maximumError);
        }
      }
    }
  }
  return { maximumError, tolerance };
}

/** At most `most` of `count` rows, evenly spread, the first and the last among them. */
export function sampleRows(count: number, most: number): number[] {
  const rows = Math.max(1, Math.min(count, Math.floor(most)));
  if (rows === count) return Array.from({ length: count }, (_, i) => i);
  if (rows === 1) return [count - 1];
  return Array.from({ length: rows }, (_, i) => Math.round((i * (count - 1)) / (rows - 1)));
}

/** Multiply-adds the float64 reference may spend on checking one item: about a quarter of a second. */
export const checkBudget = 4e7;

/** Copies the chosen rows of a [.., width] array. */
export function gatherRows(source: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries()) picked.set(source.subarray(row * width, (row + 1) * width), at * width);
  return picked;
}
