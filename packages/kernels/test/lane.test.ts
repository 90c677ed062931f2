import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { describe, expect, it } from 'vitest';
import { erf, normalProbability } from '../src/reference/normal-distribution.js';

// The functions on four lanes, compiled with the compiler's options of the package, over every binary exponent.

type LaneFunction =
  | 'exp'
  | 'exp2'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'log1pUnit'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'erf'
  | 'normalTail';

type Probe = { memory: WebAssembly.Memory } & Record<
  `${LaneFunction}All`,
  (count: number, x: number, y: number) => void
>;

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

/** First element of the arrays in the probe's memory: the module's own data lies before. */
const base = 4096;

function apply(probe: Probe, name: LaneFunction, x: Float32Array): Float32Array {
  const result = new Float32Array(x.length);
  for (let begin = 0; begin < x.length; begin += size) {
    const part = x.subarray(begin, begin + size);
    const memory = new Float32Array(probe.memory.buffer);
    memory.fill(0, base, base + size);
    memory.set(part, base);
    probe[`${name}All`](Math.ceil(part.length / 4) * 4, 4 * base, 4 * (base + size));
    result.set(memory.subarray(base + size, base + size + part.length), begin);
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

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const tiny = 2 ** -149;

const sigmoid = (x: number): number => {
  const decay = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : decay) / (1 + decay);
};
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Evenly spaced numbers from `from` to `to`. */
const between = (from: number, to: number, count = 40_000): number[] =>
  Array.from({ length: count }, (_, i) => Math.fround(from + (i * (to - from)) / count));

// Where each function is at most 2 ulp off: every exponent of both signs within the domain, and densely where it bends.
const functions: {
  name: LaneFunction;
  truth: (x: number) => number;
  dense: readonly [number, number];
  domain?: readonly [number, number];
  special: readonly (readonly [x: number, y: number])[];
}[] = [
  {
    name: 'exp',
    truth: Math.exp,
    dense: [-105, 90],
    special: [
      [inf, inf],
      [-inf, 0],
      [0, 1],
      [-0, 1],
      [tiny, 1],
      [-104.5, 0],
      [-1000, 0],
      [89, inf],
      [3e38, inf],
    ],
  },
  {
    name: 'expm1',
    truth: Math.expm1,
    dense: [-18, 90],
    special: [
      [inf, inf],
      [-inf, -1],
      [0, 0],
      [-0, -0],
      [tiny, tiny],
      [-3 * tiny, -3 * tiny],
      [-1000, -1],
      [89, inf],
    ],
  },
  {
    name: 'log',
    truth: Math.log,
    dense: [0.3, 3],
    special: [
      [inf, inf],
      [-inf, nan],
      [0, -inf],
      [-0, -inf],
      [-1, nan],
      [-tiny, nan],
      [1, 0],
      [tiny, Math.log(tiny)],
    ],
  },
  {
    name: 'log1p',
    truth: Math.log1p,
    dense: [-0.9999, 3],
    special: [
      [inf, inf],
      [-inf, nan],
      [0, 0],
      [-0, -0],
      [-1, -inf],
      [-1.5, nan],
      [tiny, tiny],
      [-tiny, -tiny],
    ],
  },
  {
    name: 'log1pUnit',
    truth: Math.log1p,
    dense: [0, 1],
    domain: [0, 1],
    special: [
      [0, 0],
      [tiny, tiny],
    ],
  },
  {
    name: 'tanh',
    truth: Math.tanh,
    dense: [-10, 10],
    special: [
      [inf, 1],
      [-inf, -1],
      [0, 0],
      [-0, -0],
      [tiny, tiny],
      [-tiny, -tiny],
      [3e38, 1],
      [-3e38, -1],
    ],
  },
  {
    name: 'sigmoid',
    truth: sigmoid,
    dense: [-105, 20],
    special: [
      [inf, 1],
      [-inf, 0],
      [0, 0.5],
      [-0, 0.5],
      [tiny, 0.5],
      [-100, Math.exp(-100)],
      [-3e38, 0],
      [3e38, 1],
    ],
  },
  {
    name: 'softplus',
    truth: softplus,
    dense: [-105, 20],
    special: [
      [inf, inf],
      [-inf, 0],
      [0, Math.LN2],
      [tiny, Math.LN2],
      [-100, Math.exp(-100)],
      [-3e38, 0],
      [3e38, 3e38],
    ],
  },
  {
    name: 'erf',
    truth: erf,
    dense: [-4.5, 4.5],
    special: [
      [inf, 1],
      [-inf, -1],
      [0, 0],
      [-0, -0],
      [tiny, tiny],
      [-tiny, -tiny],
      [3e38, 1],
      [-3e38, -1],
    ],
  },
];

describe.each(Object.entries(probes))('%s', (_, probe) => {
  describe.each(functions)('$name', ({ name, truth, dense, domain: [low, high] = [-inf, inf], special }) => {
    it('at most 2 ulp over every exponent, subnormal numbers included', () => {
      const x = Float32Array.from([...everyExponent(200), ...between(...dense)].filter((v) => v >= low && v <= high));
      expect(worst(x, apply(probe, name, x), truth)).toBeLessThanOrEqual(2);
    });

    it('right at zeros, infinities, NaN and beyond its range', () => {
      const y = apply(probe, name, Float32Array.from([nan, ...special.map(([x]) => x)]));
      expect([...y]).toEqual([nan, ...special.map(([, value]) => Math.fround(value))]);
    });
  });

  it('Phi(-a) from 0 to 15 as a product of normalTail and gaussian: relative error at most 12 units of roundoff', () => {
    const a = Float32Array.from(between(0, 15));
    const y = apply(probe, 'normalTail', a);
    let most = 0;
    for (let i = 0; i < a.length; i++) {
      const want = normalProbability(-(a[i] as number));
      most = Math.max(most, (Math.abs((y[i] as number) - want) - 2 ** -150) / want);
    }
    expect(most).toBeLessThanOrEqual(12 * 2 ** -24);
    expect(apply(probe, 'normalTail', Float32Array.of(0, nan))).toEqual(Float32Array.of(0.5, nan));
  });

  it('exp2 on x <= 0: at most 4 ulp, exactly 0 from -127 down and for -Infinity, exact at integers', () => {
    const x = Float32Array.from(Array.from({ length: 60_000 }, (_, i) => -(i * 125.9) / 60_000));
    expect(worst(x, apply(probe, 'exp2', x), (value) => 2 ** value)).toBeLessThanOrEqual(4);
    expect([...apply(probe, 'exp2', Float32Array.of(0, -1, -2, -100))]).toEqual([1, 0.5, 0.25, 2 ** -100]);
    expect([...apply(probe, 'exp2', Float32Array.of(-127, -1000, -inf, nan))]).toEqual([0, 0, 0, nan]);
  });
});
