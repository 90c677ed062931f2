import { randomStream } from './random.js';

/** Greyscale images in [0, 1], row-major [count, rows * columns]. */
export interface ImageSet {
  count: number;
  rows: number;
  columns: number;
  pixels: Float32Array;
}

const size = 28;

/**
 * Seeded images the size of MNIST's, two families in turn: an ellipse's outline, and a stroke along a quadratic Bezier
 * curve. Position, size, slant and pen width vary. A pixel's ink falls off linearly over one pixel at the pen's edge.
 */
export function strokeImages(count: number, seed: number): ImageSet {
  const random = randomStream(seed);
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const pixels = new Float32Array(count * size * size);

  for (let image = 0; image < count; image++) {
    const pen = between(1, 1.8);
    const path = image % 2 === 0 ? ellipse(between) : bezier(between);
    // No pen reaches farther than 3 pixels, so each point of the path is near few pixels.
    const nearest = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
    for (const [x, y] of path)
      for (let row = Math.max(0, Math.ceil(y - 3)); row <= Math.min(size - 1, y + 3); row++)
        for (let column = Math.max(0, Math.ceil(x - 3)); column <= Math.min(size - 1, x + 3); column++) {
          const at = row * size + column;
          nearest[at] = Math.min(nearest[at]!, (x - column) ** 2 + (y - row) ** 2);
        }
    pixels.set(
      nearest.map((square) => Math.min(1, Math.max(0, pen + 0.5 - Math.sqrt(square)))),
      image * size * size,
    );
  }
  return { count, rows: size, columns: size, pixels };
}

type Path = [x: number, y: number][];
type Between = (low: number, high: number) => number;

// Points lie closer than half a pixel on the longest curve that can be drawn.
const points = 96;

function ellipse(between: Between): Path {
  const [x, y] = [between(12, 15), between(12, 15)];
  const [across, along, slant] = [between(3, 6), between(5, 9), between(-0.6, 0.6)];
  return Array.from({ length: points }, (_, i) => {
    const angle = (2 * Math.PI * i) / points;
    const [u, v] = [across * Math.cos(angle), along * Math.sin(angle)];
    return [x + u * Math.cos(slant) - v * Math.sin(slant), y + u * Math.sin(slant) + v * Math.cos(slant)];
  });
}

function bezier(between: Between): Path {
  const start = [between(8, 20), between(4, 8)] as const;
  const bend = [between(2, 26), between(8, 20)] as const;
  const end = [between(8, 20), between(20, 24)] as const;
  return Array.from({ length: points }, (_, i) => {
    const t = i / (points - 1);
    const mix = (axis: 0 | 1) => (1 - t) ** 2 * start[axis] + 2 * t * (1 - t) * bend[axis] + t ** 2 * end[axis];
    return [mix(0), mix(1)];
  });
}
