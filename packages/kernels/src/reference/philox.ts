import type { RandomPlan } from '../operators/random.js';

/** The words at the positions from `offset` on, `count` of them: Philox 4x32-10 as {@link RandomOperators} describes it. */
export function randomWords(plan: RandomPlan, offset: bigint, count: number): Uint32Array {
  const words = new Uint32Array(count);
  const skipped = Number(offset & 3n);
  let block = offset >> 2n;
  for (let first = -skipped; first < count; first += 4, block++) {
    const counter = [Number(block & 0xffffffffn), Number((block >> 32n) & 0xffffffffn), ...plan.stream];
    const four = philox(counter as Four, plan.seed);
    for (let word = Math.max(0, -first); word < 4 && first + word < count; word++) {
      words[first + word] = four[word] as number;
    }
  }
  return words;
}

type Four = [number, number, number, number];

/** Ten rounds on a counter, the key growing by the golden ratio and sqrt(3) - 1 between them. Salmon et al. 2011, section 3.3. */
function philox(counter: Four, seed: readonly [number, number]): Four {
  let [a, b, c, d] = counter;
  let [keyA, keyB] = seed;
  for (let round = 0; round < 10; round++) {
    const [highA, lowA] = multiply(0xd2511f53, a);
    const [highB, lowB] = multiply(0xcd9e8d57, c);
    [a, b, c, d] = [(highB ^ b ^ keyA) >>> 0, lowB, (highA ^ d ^ keyB) >>> 0, lowA];
    keyA = (keyA + 0x9e3779b9) >>> 0;
    keyB = (keyB + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

/** The product of two 32-bit words, exactly: its high and its low word. */
export function multiply(x: number, y: number): [high: number, low: number] {
  // Both partial products are below 2^48, so no step of it is rounded.
  const high = Math.floor((x * (y >>> 16) + Math.floor((x * (y & 0xffff)) / 65536)) / 65536);
  return [high, Math.imul(x, y) >>> 0];
}
