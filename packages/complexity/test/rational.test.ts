import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ComplexityError, Rational } from '../src/index.js';

const options = { seed: 20240602, numRuns: 200 };
const numerator = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const denominator = fc.bigInt({ min: 1n, max: 10n ** 12n });
const fraction = fc.tuple(numerator, denominator);
const make = ([a, b]: [bigint, bigint]): Rational => new Rational(a, b);

describe('Rational', () => {
  it('adds, subtracts, multiplies and compares as bigint cross products do', () => {
    fc.assert(
      fc.property(fraction, fraction, (x, y) => {
        const [[a, b], [c, d]] = [x, y];
        const [p, q] = [make(x), make(y)];
        const same = (result: Rational, above: bigint, below: bigint) =>
          expect(result.numerator * below).toBe(above * result.denominator);
        same(p.plus(q), a * d + c * b, b * d);
        same(p.minus(q), a * d - c * b, b * d);
        same(p.times(q), a * c, b * d);
        if (c !== 0n) same(p.dividedBy(q), a * d, b * c);
        const difference = a * d - c * b;
        expect(p.compare(q)).toBe(difference === 0n ? 0 : difference < 0n ? -1 : 1);
        expect(p.equals(q)).toBe(difference === 0n);
      }),
      options,
    );
  });

  it('is in lowest terms with a positive denominator, so equal values print alike', () => {
    fc.assert(
      fc.property(fraction, fc.bigInt({ min: -1000n, max: 1000n }), ([a, b], factor) => {
        fc.pre(factor !== 0n);
        expect(`${new Rational(a * factor, b * factor)}`).toBe(`${new Rational(a, b)}`);
      }),
      options,
    );
    expect(`${new Rational(6n, -4n)} ${new Rational(8n, 2n)}`).toBe('-3/2 4');
  });

  it('keeps doubles exactly, from the smallest to the largest', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Rational.from(value).toNumber()).toBe(value === 0 ? 0 : value);
      }),
      options,
    );
    for (const value of [Number.MIN_VALUE, Number.MAX_VALUE, 0.1, -2.5]) {
      expect(Rational.from(value).toNumber()).toBe(value);
    }
    expect(`${Rational.from(0.375)}`).toBe('3/8');
  });

  it('rounds quotients that are no doubles', () => {
    expect(new Rational(1n, 3n).toNumber()).toBeCloseTo(1 / 3, 15);
    expect(new Rational(10n ** 400n, 3n * 10n ** 399n).toNumber()).toBeCloseTo(10 / 3, 14);
    expect(new Rational(2n ** 80n + 1n).toNumber()).toBe(2 ** 80);
  });

  it('has powers', () => {
    expect(`${new Rational(2n, 3n).power(3)} ${new Rational(2n, 3n).power(-2)} ${Rational.zero.power(0)}`).toBe(
      '8/27 9/4 1',
    );
  });

  it.each([
    [() => new Rational(1n, 0n), 'Rational: denominator is 0, expected a non-zero integer'],
    [() => new Rational(1 as unknown as bigint), 'Rational: numerator is 1, expected a bigint'],
    [() => new Rational(1n, 2 as unknown as bigint), 'Rational: denominator is 2, expected a bigint'],
    [() => Rational.from(Number.NaN), 'Rational.from: value is NaN, expected a finite number, bigint or Rational'],
    [
      () => Rational.from('2' as unknown as number),
      "Rational.from: value is '2', expected a finite number, bigint or Rational",
    ],
    [() => Rational.one.dividedBy(0), 'Rational.dividedBy: other is 0, expected a non-zero value'],
    [() => Rational.zero.power(-1), 'Rational.dividedBy: other is 0, expected a non-zero value'],
    [() => Rational.one.power(0.5), 'Rational.power: exponent is 0.5, expected an integer'],
  ])('refuses %s', (run, message) => {
    expect(run).toThrow(new ComplexityError(message));
  });
});
