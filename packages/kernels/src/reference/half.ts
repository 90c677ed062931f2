import { type HalfDataType, validateConvert } from '../operators/half.js';
import { type ReferenceOperators, values } from './core.js';

/** Bits of the fraction, and the exponent of the smallest normal value. */
const formats: Record<HalfDataType, { fraction: number; least: number }> = {
  float16: { fraction: 10, least: -14 },
  bfloat16: { fraction: 7, least: -126 },
};

export const halfOperators: ReferenceOperators<'convert'> = {
  convert(core, x, dtype) {
    const { half, narrows } = validateConvert(core, x, dtype);
    const y = core.result(dtype, x.shape);
    const [wide, bits] = narrows ? [values(x), values(y, half)] : [values(y), values(x, half)];
    // NaNs are moved as bits, since a number in JavaScript need not keep those.
    const words = new Uint32Array(wide.buffer, wide.byteOffset, wide.length);
    for (let i = 0; i < x.size; i++) {
      if (narrows) bits[i] = narrow(half, wide[i] as number, words[i] as number);
      else if (isNaNOf(half, bits[i] as number)) words[i] = widenNaN(half, bits[i] as number);
      else wide[i] = widen(half, bits[i] as number);
    }
    return y;
  },
};

const infinityOf = (half: HalfDataType): number => 0x7fff - ((1 << formats[half].fraction) - 1);
const isNaNOf = (half: HalfDataType, bits: number): boolean => (bits & 0x7fff) > infinityOf(half);
/** The fraction's first bit, which makes a NaN quiet. */
const quietOf = (half: HalfDataType): number => 1 << (formats[half].fraction - 1);

function widenNaN(half: HalfDataType, bits: number): number {
  const fraction = (bits | quietOf(half)) << (23 - formats[half].fraction);
  return (((bits & 0x8000) << 16) | 0x7f800000 | (fraction & 0x7fffff)) >>> 0;
}

/** Everything but NaN: +-(1 + fraction) 2^exponent, below the smallest normal value +-fraction 2^least. */
function widen(half: HalfDataType, bits: number): number {
  const { fraction, least } = formats[half];
  const sign = bits & 0x8000 ? -1 : 1;
  const magnitude = bits & 0x7fff;
  if (magnitude === infinityOf(half)) return sign * Number.POSITIVE_INFINITY;
  const exponent = Math.max(magnitude >> fraction, 1);
  return sign * (magnitude - ((exponent - 1) << fraction)) * 2 ** (exponent - 1 + least - fraction);
}

/** `word`: the bits of x as float32. */
function narrow(half: HalfDataType, x: number, word: number): number {
  const { fraction, least } = formats[half];
  const sign = (word >>> 16) & 0x8000;
  if (Number.isNaN(x)) return sign | infinityOf(half) | quietOf(half) | ((word & 0x7fffff) >> (23 - fraction));
  if (!Number.isFinite(x)) return sign | infinityOf(half);
  // In units of the last place of x's binade; a carry into the next one falls out of the addition.
  const exponent = Math.max(((word >>> 23) & 0xff) - 127, least);
  const units = roundToEven(Math.abs(x) * 2 ** (fraction - exponent));
  return sign | Math.min(((exponent - least) << fraction) + units, infinityOf(half));
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
