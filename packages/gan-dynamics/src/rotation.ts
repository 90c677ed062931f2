/** How an elliptic map (determinant 1, |trace| < 2) turns: by `angle` radians per iteration on an ellipse. */
export interface Rotation {
  /** theta with 2 cos theta = trace. */
  readonly angle: number;
  /** 2 pi / theta: iterations per turn, rarely an integer. */
  readonly iterationsPerTurn: number;
  /** The state returns after so many iterations; null when it never does (quasi-periodic). */
  readonly period: number | null;
  /** Turns in one period. */
  readonly windings: number | null;
  /**
   * Whether the period is exact for the numbers given. By Niven's theorem a rational s^2 (and every float64 is rational)
   * has an exact period only for s^2 = 1, 2, 3 (periods 6, 4, 3); any other period holds for the irrational number
   * nearest to the step size, up to its rounding.
   */
  readonly exact: boolean;
}

const longestPeriod = 1000;

/** mantissa * 2^exponent of a finite float64, with an integer mantissa. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: value < 0 ? -mantissa : mantissa, exponent: Math.max(biased, 1) - 1075 };
}

/** Whether the product of the factors, without any rounding, is the integer. */
export function productIs(factors: readonly number[], integer: bigint): boolean {
  const parts = factors.map(decompose);
  const mantissa = parts.reduce((product, part) => product * part.mantissa, 1n);
  const exponent = parts.reduce((sum, part) => sum + part.exponent, 0);
  return exponent >= 0 ? mantissa << BigInt(exponent) === integer : mantissa === integer << BigInt(-exponent);
}

/**
 * The rotation of an alternating iteration with s^2 = the product of `factors` in (0, 4).
 * theta = 2 arcsin(s / 2), which keeps its digits for small s where arccos(1 - s^2 / 2) loses them.
 */
export function rotationOf(factors: readonly number[]): Rotation {
  const coupling = factors.reduce((product, factor) => product * factor, 1);
  const angle = 2 * Math.asin(Math.sqrt(coupling) / 2);
  const turns = angle / (2 * Math.PI);
  const found = smallestPeriod(turns, coupling);
  const exactly = ({ 6: 1n, 4: 2n, 3: 3n } as Record<number, bigint | undefined>)[found?.period ?? 0];
  return {
    angle,
    iterationsPerTurn: 1 / turns,
    period: found?.period ?? null,
    windings: found?.windings ?? null,
    exact: exactly !== undefined && productIs(factors, exactly),
  };
}

function smallestPeriod(turns: number, coupling: number): { period: number; windings: number } | null {
  // s^2 carries a few roundings of relative size 2^-53; d(theta)/theta grows as s approaches 2.
  const relative = (8 * Number.EPSILON) / Math.sqrt(1 - coupling / 4);
  for (let period = 2; period <= longestPeriod; period++) {
    const windings = Math.round(turns * period);
    if (windings > 0 && Math.abs(turns * period - windings) <= relative * windings) return { period, windings };
  }
  return null;
}
