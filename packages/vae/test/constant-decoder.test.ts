import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapsePlateau, constantBernoulliLogits, entropyFloor, imagesFromIdx, readIdx } from '../src/index.js';

const pair = { data: Float32Array.of(0, 1, 0.5, 1), shape: [2, 2] as const };

describe('floor and plateau', () => {
  it('are what hand calculation gives', () => {
    expect(entropyFloor(pair)).toBeCloseTo(Math.LN2 / 2, 12);
    // Pixel means 1/4 and 1.
    const logits = constantBernoulliLogits(pair, { smoothing: 0 });
    expect([logits[0], logits[1]]).toEqual([expect.closeTo(Math.log(1 / 3), 12), Number.POSITIVE_INFINITY]);
    const smoothed = constantBernoulliLogits(pair);
    expect([...smoothed]).toEqual([Math.log(1) - Math.log(2), Math.log(2.5) - Math.log(0.5)]);
    const entropy = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
    expect(collapsePlateau(pair, [Math.log(1 / 3), 40])).toBeCloseTo(entropy, 12);
    expect(collapsePlateau(pair, [0, 0])).toBeCloseTo(2 * Math.LN2, 12);
  });

  it('treats bytes as pixels of byte / 255', () => {
    const bytes = { data: Uint8Array.of(0, 255, 51, 102), shape: [2, 2] as const };
    const floats = { data: Float32Array.of(0, 1, 0.2, 0.4), shape: [2, 2] as const };
    expect(entropyFloor(bytes)).toBeCloseTo(entropyFloor(floats), 6);
    expect(constantBernoulliLogits(bytes)[1]).toBeCloseTo(constantBernoulliLogits(floats)[1] as number, 6);
    expect(collapsePlateau(bytes, [1, -1])).toBeCloseTo(collapsePlateau(floats, [1, -1]), 6);
  });

  it('property: floor <= plateau of the best constant <= plateau of any other', () => {
    const pixels = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    const logits = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(pixels, logits, (values, other) => {
        const images = { data: Float32Array.from(values), shape: [3, 2] as const };
        // Means of exactly 0 or 1 have infinite logits; those pixels are tested by hand above.
        const best = collapsePlateau(images, constantBernoulliLogits(images, { smoothing: 1e-9 }));
        expect(entropyFloor(images)).toBeLessThanOrEqual(best + 1e-6);
        expect(best).toBeLessThanOrEqual(collapsePlateau(images, other) + 1e-6);
      }),
      { seed: 20261124 },
    );
  });

  it('names what is wrong', () => {
    expect(() => collapsePlateau(pair, [1])).toThrow('collapsePlateau: logits has 1 values, expected one per pixel, 2');
    expect(() => constantBernoulliLogits(pair, { smoothing: -1 })).toThrow(
      'constantBernoulliLogits: smoothing must be a finite number of at least 0, got -1',
    );
    expect(() => entropyFloor({ data: [1], shape: [1, 1] } as never)).toThrow(
      'entropyFloor: images must be { data: Uint8Array | Float32Array, shape: [N, E] }',
    );
  });
});

const folder = process.env.DLV_MNIST ?? fileURLToPath(new URL('../../../../shared/data/mnist', import.meta.url));
const present = (name: string) => [`${folder}/${name}`, `${folder}/${name}.gz`].find((path) => existsSync(path));
const [train, test] = [present('train-images-idx3-ubyte'), present('t10k-images-idx3-ubyte')];
it.skipIf(!train || !test)('MNIST: floor 45.53, plateau 205.8 (needs the MNIST files; set DLV_MNIST)', async () => {
  const load = async (path: string) => imagesFromIdx(await readIdx(readFileSync(path)));
  const [fit, held] = [await load(train as string), await load(test as string)];
  expect(entropyFloor(held)).toBeCloseTo(45.534486, 5);
  expect(entropyFloor(fit)).toBeCloseTo(45.756802, 5);
  expect(collapsePlateau(held, constantBernoulliLogits(fit))).toBeCloseTo(205.805567, 5);
});
