import { createWasmBackend } from '@dlv/kernels';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageQuery, copyQuery, scaledDotProductAttention } from '../src/index.js';

const unit = (m: number): number[][] =>
  Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, d) => (i === d ? 1 : 0)));

/** Orthonormal rows: the unit vectors turned by Givens rotations. */
function rotated(m: number, angles: readonly number[]): number[][] {
  const rows = unit(m);
  angles.forEach((angle, n) => {
    const [a, b] = [n % m, (n + 1 + (n >> 1)) % m];
    if (a === b) return;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    for (const row of rows) {
      const [x, y] = [row[a]!, row[b]!];
      row[a] = c * x - s * y;
      row[b] = s * x + c * y;
    }
  });
  return rows;
}

describe('copyQuery and averageQuery', () => {
  it('meet epsilon with the smallest beta: ln((m-r)(1-epsilon)/(r epsilon))', () => {
    const { beta, leak, weights } = copyQuery(unit(10), 3, { epsilon: 0.01 });
    expect(beta).toBeCloseTo(Math.log((9 * 0.99) / 0.01), 12);
    expect(leak).toBeCloseTo(0.01, 12);
    expect(weights[3]).toBeCloseTo(0.99, 12);
    const two = averageQuery(unit(10), [2, 7], { epsilon: 0.02 });
    expect(two.beta).toBeCloseTo(Math.log((8 * 0.98) / 0.04), 12);
    expect(two.leak).toBeCloseTo(0.02, 12);
    expect(two.weights[2]).toBeCloseTo(0.49, 12);
    expect([...two.target]).toEqual([0, 0, 0.5, 0, 0, 0, 0, 0.5, 0, 0]);
  });

  it('hold for any rotation of the keys, any subset, epsilon and scale', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 1e-6, max: 0.5, noNaN: true }),
        fc.double({ min: 0.05, max: 4, noNaN: true }),
        (m, angles, count, epsilon, scale) => {
          const indices = Array.from({ length: Math.min(count, m) }, (_, i) => (i * 2) % m).filter(
            (x, i, all) => all.indexOf(x) === i,
          );
          const keys = rotated(m, angles);
          const { leak, beta, weights, exact } = averageQuery(keys, indices, { epsilon, scale });
          expect(leak).toBeLessThanOrEqual(epsilon * (1 + 1e-9));
          if (beta > 0) expect(leak).toBeCloseTo(epsilon, 9);
          expect(exact).toBe(indices.length === m);
          for (const index of indices) expect(weights[index]).toBeCloseTo((1 - leak) / indices.length, 9);
        },
      ),
      { seed: 20261123, numRuns: 200 },
    );
  });

  it('the operator on WASM copies and averages the values within the leak', async () => {
    const backend = await createWasmBackend();
    const [m, epsilon] = [6, 1e-3];
    const keys = rotated(m, [0.3, 1.1, -0.7, 2]);
    const values = keys.map((_, i) => [i, 10 * i, -i]);
    for (const indices of [[4], [1, 5]]) {
      const { query } = averageQuery(keys, indices, { epsilon, scale: 1 / Math.sqrt(m) });
      const [z0, z1, z2] = backend.scope(() => {
        const q = backend.tensor(Float32Array.from(query), [1, m]);
        const k = backend.tensor(keys.flat(), [m, m]);
        const v = backend.tensor(values.flat(), [m, 3]);
        return [...scaledDotProductAttention(q, k, v).output.dataSync()];
      });
      const mean = indices.reduce((a, b) => a + b, 0) / indices.length;
      // |z - t| = leak * |mean of the other values - t| <= epsilon * diameter (5, 50, 5), plus float32 rounding.
      expect(Math.abs(z0! - mean)).toBeLessThan(epsilon * 5 + 1e-5);
      expect(Math.abs(z1! - 10 * mean)).toBeLessThan(epsilon * 50 + 1e-4);
      expect(Math.abs(z2! + mean)).toBeLessThan(epsilon * 5 + 1e-5);
    }
    backend.dispose();
  });

  it('need no query when every key is selected, or epsilon allows uniform weights', () => {
    expect(averageQuery(unit(3), [0, 1, 2])).toMatchObject({ beta: 0, leak: 0, exact: true });
    expect(copyQuery(unit(2), 0, { epsilon: 0.6 })).toMatchObject({ beta: 0, leak: 0.5, exact: false });
  });

  it('refuse what the bound does not cover', () => {
    expect(() =>
      copyQuery(
        [
          [1, 0],
          [0.6, 0.8],
        ],
        0,
      ),
    ).toThrow(
      'copyQuery: keys must be orthonormal; the largest |k_i . k_j - delta_ij| is 0.600, expected at most 0.00001',
    );
    expect(() => copyQuery(unit(3), 3)).toThrow('copyQuery: 3 is no key; there are 3, counted from 0');
    expect(() => averageQuery(unit(3), [1, 1])).toThrow('averageQuery: key 1 is named twice');
    expect(() => averageQuery(unit(3), [])).toThrow('averageQuery: indices must name at least one key');
    expect(() => copyQuery(unit(3), 0, { epsilon: 0 })).toThrow('copyQuery: epsilon must lie between 0 and 1, got 0');
    expect(() => copyQuery(unit(3), 0, { scale: -1 })).toThrow('copyQuery: scale must be positive, got -1');
    expect(() => copyQuery(unit(3), 0, { beta: 3 } as never)).toThrow("copyQuery: unknown option 'beta'");
    expect(() => copyQuery([], 0)).toThrow('copyQuery: keys must be a non-empty array of vectors');
    expect(() => copyQuery([[1, 0], [0]], 0)).toThrow('copyQuery: keys[1] has 1 components, but keys[0] has 2');
    expect(() => copyQuery([[1, Number.NaN]], 0)).toThrow('copyQuery: keys[0][1] must be finite, got NaN');
  });
});
