/** A stream of random numbers that depends on its seed alone. */
export interface RandomStream {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/**
 * xoshiro128** with its state filled by splitmix32, normals by Box-Muller: the same numbers on every machine up to
 * rounding of log and cos.
 * Source: Blackman and Vigna, Scrambled linear pseudorandom number generators, ACM TOMS 47(4), 2021.
 */
export function randomStream(seed: number): RandomStream {
  let fill = seed | 0;
  const splitmix = () => {
    fill = (fill + 0x9e3779b9) | 0;
    let word = Math.imul(fill ^ (fill >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
  let [a, b, c, d] = [splitmix(), splitmix(), splitmix(), splitmix()];
  let spare: number | undefined;

  const rotate = (word: number, by: number) => (word << by) | (word >>> (32 - by));
  const uniform = () => {
    const word = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return word / 2 ** 32;
  };
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    // 1 - u lies in (0, 1], so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}

/** `count` standard normals as float32. */
export function normals(stream: RandomStream, count: number, scale = 1): Float32Array {
  return Float32Array.from({ length: count }, () => scale * stream.normal());
}
