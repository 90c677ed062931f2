import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { describe, expect, it } from 'vitest';

// The functions on two float64 lanes, compiled with the compiler's options of the package, against 128-bit fixed point.

interface Probe {
  memory: WebAssembly.Memory;
  expAll(count: number, x: number, y: number): void;
  sigmoidAll(count: number, x: number, y: number): void;
}

async function compile(features: string[]): Promise<Probe> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--initialMemory', '16'];
  const { error, stderr } = await asc.main(
    [
      'assembly/lane64-probe.ts',
      '--outFile',
      'probe.wasm',
      ...options,
      ...features.flatMap((feature) => ['--enable', feature]),
    ],
    {
      stderr: asc.createMemoryStream(),
      writeFile(name, contents) {
        if (name === 'probe.wasm') binary = contents as Uint8Array<ArrayBuffer>;
      },
    },
  );
  if (error || !binary) throw new Error(`asc: ${error?.message ?? stderr.toString()}`);
  const { instance } = await WebAssembly.instantiate(binary);
  return instance.exports as unknown as Probe;
}

// asc reads relative to the working folder.
process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const probes = { simd: await compile(['simd']), relaxed: await compile(['simd', 'relaxed-simd']) };

const size = 32 * 1024;

function apply(probe: Probe, name: 'expAll' | 'sigmoidAll', x: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  const memory = new Float64Array(probe.memory.buffer);
  for (let begin = 0; begin < x.length; begin += size) {
    const part = x.subarray(begin, begin + size);
    memory.set(part, 128);
    probe[name](Math.ceil(part.length / 8) * 8, 1024, 1024 + 8 * size);
    result.set(memory.subarray(128 + size, 128 + size + part.length), begin);
  }
  return result;
}

const fraction = 192n;
const one = 1n << fraction;
/** ln 2 in 192 bits after the point: sum of 1 / (k 2^k), with 16 bits to spare. */
const ln2 =
  Array.from({ length: 210 }, (_, k) => (one << 16n) / (BigInt(k + 1) << BigInt(k + 1))).reduce(
    (sum, term) => sum + term,
  ) >> 16n;

/** An exact number: `mantissa` / 2^192 * 2^exponent. */
interface Exact {
  mantissa: bigint;
  exponent: number;
}

/** x as an integer over 2^192; what is below is cut off. */
function fixed(x: number): bigint {
  let shift = 0;
  let scaled = x;
  while (!Number.isInteger(scaled) && shift < 192) {
    scaled *= 2;
    shift++;
  }
  return BigInt(Math.trunc(scaled)) << (fraction - BigInt(shift));
}

/** e^x for |x| < 800 by its Taylor series in r = x - n ln 2. */
function exactExp(x: number): Exact {
  const exponent = Math.round(x / Math.LN2);
  const r = fixed(x) - BigInt(exponent) * ln2;
  let mantissa = one;
  for (let k = 1n, term = one; term !== 0n && term !== -1n; k++) {
    term = ((term * r) >> fraction) / k;
    mantissa += term;
  }
  return { mantissa, exponent };
}

function exactSigmoid(x: number): Exact {
  const decay = exactExp(-Math.abs(x));
  const denominator = one + (decay.mantissa >> BigInt(-decay.exponent));
  if (x < 0) return { mantissa: (decay.mantissa << fraction) / denominator, exponent: decay.exponent };
  return { mantissa: (one << fraction) / denominator, exponent: 0 };
}

/** Distance of `got` from the truth in units of the last place there, of float64. */
function ulps(got: number, { mantissa, exponent }: Exact): number {
  // Two exact scalings bring got to the truth's exponent, where its 53 bits fit 2^110.
  const half = Math.trunc(exponent / 2);
  const scaled = got * 2 ** -half * 2 ** (half - exponent);
  const difference = Number(fixed(scaled) - mantissa) / 2 ** 192;
  const place = Math.max(-1022, exponent + Math.floor(Math.log2(Number(mantissa) / 2 ** 192))) - 52 - exponent;
  return Math.abs(difference) / 2 ** place;
}

function worst(x: Float64Array, y: Float64Array, truth: (value: number) => Exact): { ulp: number; at: number } {
  let most = { ulp: 0, at: 0 };
  x.forEach((at, i) => {
    const ulp = ulps(y[i] as number, truth(at));
    if (!(ulp <= most.ulp)) most = { ulp, at };
  });
  return most;
}

/** Numbers of every binary exponent up to 2^limit, both signs, with moving mantissas. */
function everyExponent(limit: number): number[] {
  const values: number[] = [];
  for (let exponent = -1074; exponent < limit; exponent++) {
    for (let i = 0; i < 3; i++) {
      const value = 2 ** exponent * (1 + ((((i * 0.618 + exponent * 0.0137) % 1) + 1) % 1));
      values.push(value, -value);
    }
  }
  return values;
}

const across = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 0.123)) / count);

describe.each(Object.entries(probes))('%s', (_, probe) => {
  it('exp: at most 1 ulp over every exponent, subnormal results included', () => {
    const x = Float64Array.from([
      ...everyExponent(9),
      ...across(-745.1, 709.78, 12_000),
      ...across(-745.1, -708, 2000),
      ...across(-0.35, 0.35, 6000),
    ]);
    expect(worst(x, apply(probe, 'expAll', x), exactExp).ulp).toBeLessThanOrEqual(1);
  });

  it('exp: special values and both ends', () => {
    const x = [Number.NaN, Infinity, -Infinity, 0, -0, 709.78, 709.79, 1e300, -745.14, -1e300, 5e-324];
    const y = [...apply(probe, 'expAll', Float64Array.from(x))];
    const top = y[5] as number;
    expect(y).toEqual([Number.NaN, Infinity, 0, 1, 1, top, Infinity, Infinity, 0, 0, 1]);
    expect(Math.abs(top / Math.exp(709.78) - 1)).toBeLessThan(4e-16);
    expect(apply(probe, 'expAll', Float64Array.of(-745.13))[0]).toBe(5e-324);
  });

  it('sigmoid: at most 2 ulp on both sides over every exponent', () => {
    const x = Float64Array.from([
      ...everyExponent(9),
      ...across(-745.1, 60, 12_000),
      ...across(-745.1, -708, 2000),
      ...across(-40, 40, 8000),
    ]);
    expect(worst(x, apply(probe, 'sigmoidAll', x), exactSigmoid).ulp).toBeLessThanOrEqual(2);
  });

  it('sigmoid: NaN of any bits stays NaN', () => {
    const x = new Float64Array(8);
    new BigUint64Array(x.buffer).set([0x7ff8000000000001n, 0xfff8000000000fffn, 0x7fffffffffffffffn]);
    expect([...apply(probe, 'sigmoidAll', x)].map(Number.isNaN)).toEqual([true, true, true, ...Array(5).fill(false)]);
  });

  it('sigmoid: special values', () => {
    const x = Float64Array.of(Number.NaN, Infinity, -Infinity, 0, -0, 1e300, -1e300, -746, 40);
    expect([...apply(probe, 'sigmoidAll', x)]).toEqual([Number.NaN, 1, 0, 0.5, 0.5, 1, 0, 0, 1]);
  });
});

it('the yardstick itself: e and a rounding of it', () => {
  expect(ulps(Math.E, exactExp(1))).toBeLessThan(0.5);
  expect(ulps(Math.E + 2 ** -51, exactExp(1))).toBeGreaterThan(0.5);
  expect(ulps(0.7310585786300049, exactSigmoid(1))).toBeLessThan(0.5);
  expect(ulps(2 ** -1074, exactExp(-744.44007192138))).toBeLessThan(1e-3);
});
