/** Numbers in [-1, 1), the same in every run: a 32-bit linear congruential generator (Numerical Recipes, ranqd1). */
function* uniform(seed: number): Generator<number, never> {
  for (let state = seed >>> 0; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 31 - 1;
  }
}

export function uniform32(size: number, seed: number): Float32Array {
  const numbers = uniform(seed);
  return Float32Array.from({ length: size }, () => numbers.next().value);
}

export function uniform64(size: number, seed: number): Float64Array {
  const numbers = uniform(seed);
  return Float64Array.from({ length: size }, () => numbers.next().value);
}
