/** Fills with numbers in [-1, 1), the same in every run: a 32-bit linear congruential generator (Numerical Recipes, ranqd1). */
function fill<Numbers extends Float32Array | Float64Array>(numbers: Numbers, seed: number): Numbers {
  let state = seed >>> 0;
  for (let i = 0; i < numbers.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    numbers[i] = state / 2 ** 31 - 1;
  }
  return numbers;
}

export const uniform32 = (size: number, seed: number): Float32Array => fill(new Float32Array(size), seed);
export const uniform64 = (size: number, seed: number): Float64Array => fill(new Float64Array(size), seed);
