import { ComplexityError, show } from './errors.js';

/** What every function here takes where it needs an exact number. Numbers that are not integers are read as binary fractions. */
export type RationalLike = Rational | bigint | number;

/** Of a and b, not negative; 0 only for two zeros. */
function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/**
 * An exact fraction: numerator / denominator in lowest terms, denominator > 0. Big integers, because one training run is
 * 1e22 to 1e25 FLOP and doubles stop being exact at 2^53. Immutable.
 */
export class Rational {
  static readonly zero = new Rational(0n);
  static readonly one = new Rational(1n);
  readonly numerator: bigint;
  readonly denominator: bigint;

  /** @throws ComplexityError when the denominator is 0, or for anything that is not a bigint (`Rational.from` takes numbers). */
  constructor(numerator: bigint, denominator: bigint = 1n) {
    for (const [name, value] of [
      ['numerator', numerator],
      ['denominator', denominator],
    ] as const) {
      if (typeof value !== 'bigint')
        throw new ComplexityError(`Rational: ${name} is ${show(value)}, expected a bigint`);
    }
    if (denominator === 0n) throw new ComplexityError('Rational: denominator is 0, expected a non-zero integer');
    const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
    this.numerator = numerator / divisor;
    this.denominator = denominator / divisor;
    Object.freeze(this);
  }

  /** The exact value of a bigint, a finite number (0.5 is 1/2, 0.1 is the double nearest to it) or another Rational. */
  static from(value: RationalLike): Rational {
    if (value instanceof Rational) return value;
    if (typeof value === 'bigint') return new Rational(value);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ComplexityError(`Rational.from: value is ${show(value)}, expected a finite number, bigint or Rational`);
    }
    let scaled = value;
    let denominator = 1n;
    // Doubling a double is exact, and at most 1074 times until no fraction is left.
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      denominator *= 2n;
    }
    return new Rational(BigInt(scaled), denominator);
  }

  plus(other: RationalLike): Rational {
    const b = Rational.from(other);
    return new Rational(
      this.numerator * b.denominator + b.numerator * this.denominator,
      this.denominator * b.denominator,
    );
  }

  negate(): Rational {
    return new Rational(-this.numerator, this.denominator);
  }

  minus(other: RationalLike): Rational {
    return this.plus(Rational.from(other).negate());
  }

  times(other: RationalLike): Rational {
    const b = Rational.from(other);
    return new Rational(this.numerator * b.numerator, this.denominator * b.denominator);
  }

  /** @throws ComplexityError when `other` is 0. */
  dividedBy(other: RationalLike): Rational {
    const b = Rational.from(other);
    if (b.sign() === 0) throw new ComplexityError('Rational.dividedBy: other is 0, expected a non-zero value');
    return new Rational(this.numerator * b.denominator, this.denominator * b.numerator);
  }

  /** Integer exponent; negative ones invert. @throws ComplexityError for other exponents, and for 0 to a negative one. */
  power(exponent: number): Rational {
    if (!Number.isSafeInteger(exponent)) {
      throw new ComplexityError(`Rational.power: exponent is ${show(exponent)}, expected an integer`);
    }
    if (exponent < 0) return Rational.one.dividedBy(this.power(-exponent));
    return new Rational(this.numerator ** BigInt(exponent), this.denominator ** BigInt(exponent));
  }

  compare(other: RationalLike): -1 | 0 | 1 {
    return this.minus(other).sign();
  }

  equals(other: RationalLike): boolean {
    return this.compare(other) === 0;
  }

  sign(): -1 | 0 | 1 {
    if (this.numerator === 0n) return 0;
    return this.numerator < 0n ? -1 : 1;
  }

  isInteger(): boolean {
    return this.denominator === 1n;
  }

  /** The double next to the exact value (at most 1 ulp away), also where numerator and denominator overflow a double. */
  toNumber(): number {
    if (this.isInteger()) return Number(this.numerator);
    const bits = (value: bigint): number => (value < 0n ? -value : value).toString(2).length;
    // 66 bits of quotient are more than the 53 of a double.
    const shift = 66 - (bits(this.numerator) - bits(this.denominator));
    const quotient =
      shift >= 0
        ? (this.numerator << BigInt(shift)) / this.denominator
        : this.numerator / (this.denominator << BigInt(-shift));
    // Two steps, since 2^shift alone overflows a double for the smallest values.
    const half = Math.trunc(shift / 2);
    return (Number(quotient) / 2 ** half) * 2 ** (half - shift);
  }

  /** `3`, `-17/5`. */
  toString(): string {
    return this.isInteger() ? `${this.numerator}` : `${this.numerator}/${this.denominator}`;
  }
}

/** The positive number that leaves coprime integers when all values are divided by it; 1 when all are 0. */
export function commonFactor(values: readonly Rational[]): Rational {
  const numerator = values.reduce((divisor, value) => greatestCommonDivisor(divisor, value.numerator), 0n);
  const denominator = values.reduce(
    (multiple, value) => (multiple * value.denominator) / greatestCommonDivisor(multiple, value.denominator),
    1n,
  );
  return new Rational(numerator === 0n ? 1n : numerator, denominator);
}
