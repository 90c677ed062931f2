import { ComplexityError, requireObject, show } from './errors.js';
import { Rational, type RationalLike } from './rational.js';

/** Values of symbols: n width, l layers, t timesteps, h heads (a divisor of n), and any symbol given to an architecture. */
export type Sizes = Readonly<Record<string, RationalLike>>;

const counts = ['n', 'l', 't', 'h'];

/** A positive value, or undefined. */
export function positive(value: unknown): Rational | undefined {
  const exact = value instanceof Rational || typeof value === 'bigint' || Number.isFinite(value);
  const size = exact ? Rational.from(value as RationalLike) : undefined;
  return size && size.sign() > 0 ? size : undefined;
}

function readSize(where: string, symbol: string, value: RationalLike): Rational {
  const whole = counts.includes(symbol);
  const size = positive(value);
  if (!size || (whole && !size.isInteger())) {
    const came = value instanceof Rational ? `${value}` : show(value);
    throw new ComplexityError(`${where}: ${symbol} is ${came}, expected a positive ${whole ? 'integer' : 'number'}`);
  }
  return size;
}

/**
 * Checks sizes and makes them exact. Values for symbols that are not needed are checked too, then ignored by `evaluate`.
 * @throws ComplexityError when a needed symbol has no value, when n, l, t or h is not a positive integer, when another value
 * is not positive, or when h does not divide n.
 */
export function readSizes(where: string, sizes: Sizes, needed: Iterable<string>): Readonly<Record<string, Rational>> {
  requireObject(where, 'sizes', sizes);
  const exact = Object.fromEntries(
    Object.entries(sizes).map(([symbol, value]) => [symbol, readSize(where, symbol, value)]),
  );
  const missing = [...new Set(needed)].filter((symbol) => !Object.hasOwn(exact, symbol));
  if (missing.length > 0) {
    throw new ComplexityError(
      `${where}: sizes have no ${missing.join(', ')}, expected a value for each of ${[...new Set(needed)].join(', ')}`,
    );
  }
  const { n, h } = exact;
  if (n && h && !n.dividedBy(h).isInteger()) {
    throw new ComplexityError(`${where}: h is ${h}, expected a divisor of n = ${n}`);
  }
  return exact;
}
