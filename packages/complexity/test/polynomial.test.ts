import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ComplexityError, Polynomial, Quotient, Rational } from '../src/index.js';

const options = { seed: 20240603, numRuns: 100 };
const [n, l, t, h] = ['n', 'l', 't', 'h'].map(Polynomial.symbol) as [Polynomial, Polynomial, Polynomial, Polynomial];

const coefficient = fc
  .tuple(fc.bigInt({ min: -50n, max: 50n }), fc.bigInt({ min: 1n, max: 9n }))
  .map(([a, b]) => new Rational(a, b));
const term = fc
  .record({ coefficient, n: fc.nat(3), l: fc.nat(2), t: fc.nat(2) })
  .map((at) => n.power(at.n).times(l.power(at.l)).times(t.power(at.t)).times(at.coefficient));
const polynomial = fc.array(term, { maxLength: 5 }).map((terms) => Polynomial.sum(terms));
const point = fc.record({ n: coefficient, l: coefficient, t: coefficient });

describe('Polynomial', () => {
  it('is a commutative ring', () => {
    fc.assert(
      fc.property(polynomial, polynomial, polynomial, (a, b, c) => {
        const same = (x: Polynomial, y: Polynomial) => expect(`${x}`).toBe(`${y}`);
        same(a.plus(b), b.plus(a));
        same(a.plus(b).plus(c), a.plus(b.plus(c)));
        same(a.times(b), b.times(a));
        same(a.times(b).times(c), a.times(b.times(c)));
        same(a.times(b.plus(c)), a.times(b).plus(a.times(c)));
        same(a.plus(0), a);
        same(a.times(1), a);
        same(a.minus(a), Polynomial.zero);
        same(a.times(0), Polynomial.zero);
        expect(a.plus(b).minus(b).equals(a)).toBe(true);
      }),
      options,
    );
  });

  it('evaluates to what its parts evaluate to', () => {
    fc.assert(
      fc.property(polynomial, polynomial, point, (a, b, at) => {
        expect(
          a
            .plus(b)
            .evaluate(at)
            .equals(a.evaluate(at).plus(b.evaluate(at))),
        ).toBe(true);
        expect(
          a
            .times(b)
            .evaluate(at)
            .equals(a.evaluate(at).times(b.evaluate(at))),
        ).toBe(true);
        expect(a.power(3).evaluate(at).equals(a.evaluate(at).power(3))).toBe(true);
      }),
      options,
    );
  });

  it('is the sum of its coefficients times powers of one symbol', () => {
    fc.assert(
      fc.property(polynomial, (a) => {
        expect(a.coefficients('t').length).toBe(a.degree('t') + 1);
        expect(Polynomial.sum(a.coefficients('t').map((part, k) => part.times(t.power(k)))).equals(a)).toBe(true);
      }),
      options,
    );
  });

  it('substitutes all symbols at once', () => {
    expect(`${n.plus(t.times(2)).substitute({ n: t, t: n })}`).toBe('2*n + t');
    expect(`${n.power(2).substitute({ n: h.times(Polynomial.symbol('d')) })}`).toBe('h^2*d^2');
  });

  it('prints in reading order', () => {
    const block = t.times(n.power(2)).times(24).plus(t.power(2).times(n).times(4));
    expect(`${block.times(l)}`).toBe('24*l*t*n^2 + 4*l*t^2*n');
    expect(`${n.times(new Rational(1n, 2n)).minus(3)}`).toBe('1/2*n - 3');
    expect(`${n.times(-1)} ${Polynomial.zero} ${Polynomial.constant(-7)}`).toBe('-n 0 -7');
    expect(`${Polynomial.symbol('zeta').plus(Polynomial.symbol('alpha')).plus(n)}`).toBe('zeta + alpha + n');
  });

  it('knows its order of growth, in all symbols or in some', () => {
    const block = t.times(n.power(2)).times(24).plus(t.power(2).times(n).times(4)).plus(n.times(13)).times(l);
    expect(block.bigO()).toBe('O(l*t*n^2 + l*t^2*n)');
    expect(block.bigO(['t'])).toBe('O(t^2)');
    expect(block.bigO(['n', 'l'])).toBe('O(l*n^2)');
    expect([Polynomial.zero.bigO(), Polynomial.constant(5).bigO()]).toEqual(['O(0)', 'O(1)']);
    expect([block.degree(), block.degree('n'), block.degree('x')]).toEqual([4, 2, 0]);
  });

  it('is exact past 2^53', () => {
    const run = n.power(2).times(t).times(72);
    expect(`${run.evaluate({ n: 12289, t: 300_000_000_001n })}`).toBe(`${72n * 12289n ** 2n * 300_000_000_001n}`);
    expect(Polynomial.constant(2n ** 60n).toNumber()).toBe(2 ** 60);
  });

  it.each([
    [
      () => Polynomial.symbol('2n'),
      "Polynomial.symbol: name is '2n', expected a letter followed by letters, digits or _",
    ],
    [
      () => Polynomial.ofTerms([{ coefficient: Rational.one, monomial: new Map([['n', 0]]) }]),
      'Polynomial.ofTerms: exponent of n is 0, expected a positive integer',
    ],
    [
      () => Polynomial.ofTerms([{ coefficient: Rational.one, monomial: new Map([['', 1]]) }]),
      "Polynomial.ofTerms: symbol is '', expected a letter followed by letters, digits or _",
    ],
    [() => n.power(-1), 'Polynomial.power: exponent is -1, expected an integer of at least 0'],
    [() => n.times(t).evaluate({ n: 2 }), 'Polynomial.evaluate: no value for t, expected one for each of t, n'],
    [
      () => n.evaluate({ n: undefined as unknown as number }),
      'Rational.from: value is undefined, expected a finite number, bigint or Rational',
    ],
    [() => n.plus(1).toNumber(), 'Polynomial: n + 1 is not a number, expected no symbols (use evaluate)'],
    [() => n.toRational(), 'Polynomial: n is not a number, expected no symbols (use evaluate)'],
  ])('refuses %s', (run, message) => {
    expect(run).toThrow(new ComplexityError(message));
  });
});

describe('Quotient', () => {
  it('cancels common monomials and numbers', () => {
    expect(`${new Quotient(l.times(n).times(68), l.times(h).times(10))}`).toBe('34*n/(5*h)');
    expect(`${new Quotient(n.times(12).plus(13), Polynomial.symbol('b').times(2))}`).toBe('(12*n + 13)/(2*b)');
    expect(`${new Quotient(n.times(6))} ${new Quotient(n, n.power(3))} ${new Quotient(0, n)}`).toBe('6*n 1/n^2 0');
    expect(`${new Quotient(n, h.times(-2))}`).toBe('-n/(2*h)');
    expect(`${new Quotient(n, h.plus(1))}`).toBe('n/(h + 1)');
  });

  it('evaluates to numerator over denominator', () => {
    fc.assert(
      fc.property(polynomial, polynomial, point, (a, b, at) => {
        fc.pre(b.evaluate(at).sign() !== 0);
        const quotient = new Quotient(a, b);
        expect(quotient.evaluate(at).equals(a.evaluate(at).dividedBy(b.evaluate(at)))).toBe(true);
        expect(new Quotient(a.times(t).times(6), b.times(t).times(6)).equals(quotient)).toBe(true);
      }),
      options,
    );
  });

  it('compares by cross product', () => {
    expect(new Quotient(n.power(2).minus(1), n.plus(1)).equals(n.minus(1))).toBe(true);
    expect(new Quotient(n, h).equals(n)).toBe(false);
  });

  it('refuses a zero denominator', () => {
    const message = 'Quotient: denominator is 0, expected a non-zero polynomial';
    expect(() => new Quotient(n, 0)).toThrow(new ComplexityError(message));
  });
});
