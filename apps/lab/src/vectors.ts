import { normals, type RandomStream } from './random.js';

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

export const norm = (a: ArrayLike<number>) => Math.sqrt(dot(a, a));

export const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  norm(Array.from(a, (value, i) => value - b[i]!));

/** Mean of vectors of one length. */
export const mean = (vectors: readonly ArrayLike<number>[]) =>
  Array.from(vectors[0] ?? [], (_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0) / vectors.length);

/** Orthonormal vectors: modified Gram-Schmidt, twice, on seeded normal ones. */
export function orthonormal(count: number, size: number, random: RandomStream): number[][] {
  const basis: number[][] = [];
  while (basis.length < count) {
    let vector = Array.from(normals(random, size));
    for (const _ of ['once', 'again'])
      for (const earlier of basis) {
        const along = dot(vector, earlier);
        vector = vector.map((value, i) => value - along * earlier[i]!);
      }
    const length = norm(vector);
    basis.push(vector.map((value) => value / length));
  }
  return basis;
}
