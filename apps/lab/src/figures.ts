/** A number for people: `digits` significant ones, thousands as 12 345, very large and small in powers of ten. */
export function figure(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return value > 0 ? 'infinity' : value < 0 ? '-infinity' : 'not a number';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return grouped(value);
  if (size >= 1e6 || size < 1e-3) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    return `${mantissa.replace(/\.?0+$/, '')}e${Number(exponent)}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = value.toFixed(decimals);
  return decimals === 0 ? grouped(Number(text)) : text;
}

/** A count with its thousands apart: 3 758 096 384. */
export function grouped(value: number | bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** Nats with two decimals. */
export const nats = (value: number) => `${value.toFixed(2)} nats`;
