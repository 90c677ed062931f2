import { describe, expect, it } from 'vitest';
import { normals, randomStream } from '../src/random.js';
import { strokeImages } from '../src/strokes.js';

describe('randomStream', () => {
  it('depends on its seed alone', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, randomStream(seed).uniform);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('has the moments of a standard normal', () => {
    const count = 100_000;
    const sample = normals(randomStream(3), count);
    const moment = (power: number) => sample.reduce((sum, value) => sum + value ** power, 0) / count;
    // Five standard errors: sqrt(1/n), sqrt(2/n), sqrt(96/n).
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
  });

  it('scales', () => {
    const [plain, scaled] = [normals(randomStream(4), 8), normals(randomStream(4), 8, 0.5)];
    expect(Array.from(scaled)).toEqual(Array.from(plain, (value) => value / 2));
  });
});

describe('strokeImages', () => {
  const set = strokeImages(40, 1);

  it('has the size of MNIST images and pixels in [0, 1]', () => {
    expect([set.count, set.rows, set.columns, set.pixels.length]).toEqual([40, 28, 28, 40 * 784]);
    for (const value of set.pixels) expect(value >= 0 && value <= 1).toBe(true);
  });

  it('draws ink in every image, no two alike', () => {
    const images = Array.from({ length: 40 }, (_, i) => set.pixels.subarray(i * 784, (i + 1) * 784));
    for (const image of images) {
      const ink = image.reduce((sum, value) => sum + value, 0);
      expect(ink).toBeGreaterThan(20);
      expect(ink).toBeLessThan(300);
    }
    expect(new Set(images.map((image) => image.join())).size).toBe(40);
  });

  it('depends on its seed', () => {
    expect(strokeImages(2, 1).pixels).toEqual(set.pixels.subarray(0, 2 * 784));
    expect(strokeImages(2, 2).pixels).not.toEqual(set.pixels.subarray(0, 2 * 784));
  });
});
