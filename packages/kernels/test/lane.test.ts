import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { describe, expect, it } from 'vitest';

// The functions on four lanes, compiled with the compiler's options of the package, over every binary exponent.

interface Probe {
  memory: WebAssembly.Memory;
  expAll(count: number, x: number, y: number): void;
  exp2All(count: number, x: number, y: number): void;
  logAll(count: number, x: number, y: number): void;
  log1pAll(count: number, x: number, y: number): void;
}

async function compile(features: string[]): Promise<Probe> {
  let binary: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(
    [
      'assembly/lane-probe.ts',
      '--outFile',
      'probe.wasm',
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--initialMemory',
      '16',
      ...features.flatMap((feature) => ['--enable', feature]),
    ],
    {
      stderr: asc.createMemoryStream(),
      writeFile(name, contents) {
        if (name === 'probe.wasm') binary = contents as Uint8Array<ArrayBuffer>;
      },
    },
    // asc reads relative to the folder it is given.
  );
  if (error || !binary) throw new Error(`asc: ${error?.message ?? stderr.toString()}`);
  const { instance } = await WebAssembly.instantiate(binary);
  return instance.exports as unknown as Probe;
}

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
const probes = { simd: await compile(['simd']), relaxed: await compile(['simd', 'relaxed-simd']) };

const size = 64 * 1024;

function apply(probe: Probe, name: 'expAll' | 'exp2All' | 'logAll' | 'log1pAll', x: Float32Array): Float32Array {
  const result = new Float32Array(x.length);
  for (let begin = 0; begin < x.length; begin += size) {
    const part = x.subarray(begin, begin + size);
    const memory = new Float32Array(probe.memory.buffer);
    memory.fill(0, 256, 256 + size);
    memory.set(part, 256);
    probe[name](Math.ceil(part.length / 4) * 4, 1024, 1024 + 4 * size);
    result.set(memory.subarray(256 + size, 256 + size + part.length), begin);
  }
  return result;
}

const bits = new DataView(new ArrayBuffer(4));
function fromBits(word: number): number {
  bits.setUint32(0, word);
  return bits.getFloat32(0);
}

/** `each` numbers of every binary exponent, both signs, with the same stride through the mantissas. */
function everyExponent(each: number): Float32Array {
  const values: number[] = [];
  for (let exponent = 0; exponent < 255; exponent++) {
    for (let i = 0; i < each; i++) {
      const mantissa = Math.floor(((i + 0.37 * (exponent % 3)) / each) * 0x7fffff);
      for (const sign of [0, 1]) values.push(fromBits(((sign << 31) | (exponent << 23) | mantissa) >>> 0));
    }
  }
  return Float32Array.from(values);
}

/** Units in the last place of float32 at the true value. */
function ulps(got: number, truth: number): number {
  if (Object.is(got, Math.fround(truth)) || got === Math.fround(truth)) return 0;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(truth))));
  return Math.abs(got - truth) / 2 ** (exponent - 23);
}

function worst(x: Float32Array, y: Float32Array, truth: (value: number) => number): number {
  let most = 0;
  for (let i = 0; i < x.length; i++) most = Math.max(most, ulps(y[i] as number, truth(x[i] as number)));
  return most;
}

const special = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0);

describe.each(Object.entries(probes))('%s', (_, probe) => {
  it('exp: at most 2 ulp over every exponent, subnormal results included', () => {
    const x = Float32Array.from([
      ...everyExponent(200),
      ...Array.from({ length: 40_000 }, (_, i) => -105 + (i * 195) / 40_000),
    ]);
    expect(worst(x, apply(probe, 'expAll', x), Math.exp)).toBeLessThanOrEqual(2);
    expect([...apply(probe, 'expAll', special)]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 0, 1]);
    expect([...apply(probe, 'expAll', Float32Array.of(-104.5, -1000, 89, 200))]).toEqual([0, 0, Infinity, Infinity]);
  });

  it('exp2 on x <= 0: at most 4 ulp, exactly 0 from -127 down and for -Infinity, exact at integers', () => {
    const x = Float32Array.from(Array.from({ length: 60_000 }, (_, i) => -(i * 125.9) / 60_000));
    expect(worst(x, apply(probe, 'exp2All', x), (value) => 2 ** value)).toBeLessThanOrEqual(4);
    expect([...apply(probe, 'exp2All', Float32Array.of(0, -1, -2, -100))]).toEqual([1, 0.5, 0.25, 2 ** -100]);
    expect([...apply(probe, 'exp2All', Float32Array.of(-127, -1000, Number.NEGATIVE_INFINITY, Number.NaN))]).toEqual([
      0,
      0,
      0,
      Number.NaN,
    ]);
  });

  it('log: at most 2 ulp over every normal exponent', () => {
    const x = everyExponent(400).filter((value) => value >= 2 ** -126);
    expect(worst(x, apply(probe, 'logAll', x), Math.log)).toBeLessThanOrEqual(2);
    expect(apply(probe, 'logAll', Float32Array.of(1, 1, 1, Number.NaN))[3]).toBeNaN();
  });

  it('log1p on [0, 1]: at most 2 ulp, exact near 0', () => {
    const x = everyExponent(400).filter((value) => value >= 0 && value <= 1);
    expect(worst(x, apply(probe, 'log1pAll', x), Math.log1p)).toBeLessThanOrEqual(2);
  });
});
