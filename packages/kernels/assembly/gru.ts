import { fma, sigmoid, tanh } from './lane';
import { loadLanes, storeLanes } from './tail';

// A GRU step from its sums, gates in the order r, z, n. With the reset gate after the hidden product one kernel does it;
// with the reset gate before, r has to be known before the candidate's hidden product is.

/** from + shift. from: [count]; shift: [count] or 0. */
function biased(from: usize, shift: usize, offset: usize, count: i32): v128 {
  const sum = loadLanes(from + offset, count);
  return shift ? f32x4.add(sum, loadLanes(shift + offset, count)) : sum;
}

/** (1 - z) n + z h. */
function blend(z: v128, n: v128, h: v128): v128 {
  return fma(z, h, f32x4.mul(f32x4.sub(f32x4.splat(1), z), n));
}

/**
 * Rows [begin, end) of n = tanh(inputSum + r hiddenSum), h' = (1 - z) n + z h. inputSums, hiddenSums: [rows, 3n]; inputBias,
 * hiddenBias: [3n] or 0; h, hNew: [rows, n]; gates: [rows, 4n] for r, z, n and the candidate's hidden sum, or 0.
 */
export function gruCell(
  begin: i32,
  end: i32,
  n: i32,
  inputSums: usize,
  hiddenSums: usize,
  inputBias: usize,
  hiddenBias: usize,
  h: usize,
  hNew: usize,
  gates: usize,
): void {
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    const input = inputSums + 3 * start;
    const hidden = hiddenSums + 3 * start;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = (<usize>j) << 2;
      const r = sigmoid(f32x4.add(biased(input, inputBias, at, count), biased(hidden, hiddenBias, at, count)));
      const zAt = at + bytes;
      const z = sigmoid(f32x4.add(biased(input, inputBias, zAt, count), biased(hidden, hiddenBias, zAt, count)));
      const nAt = zAt + bytes;
      const product = biased(hidden, hiddenBias, nAt, count);
      const candidate = tanh(fma(r, product, biased(input, inputBias, nAt, count)));
      storeLanes(hNew + start + at, blend(z, candidate, loadLanes(h + start + at, count)), count);
      if (!gates) continue;
      const to = gates + 4 * start;
      storeLanes(to + at, r, count);
      storeLanes(to + zAt, z, count);
      storeLanes(to + nAt, candidate, count);
      storeLanes(to + nAt + bytes, product, count);
    }
  }
}

/**
 * Rows [begin, end) of r, z and r h, for the reset gate before the product. inputSums: [rows, 3n]; hiddenSums: [rows,
 * 2n]; inputBias, hiddenBias: [3n] or 0; h, reset: [rows, n]; gates: [rows, 3n], of which r and z are written.
 */
export function gruResetGates(
  begin: i32,
  end: i32,
  n: i32,
  inputSums: usize,
  hiddenSums: usize,
  inputBias: usize,
  hiddenBias: usize,
  h: usize,
  gates: usize,
  reset: usize,
): void {
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    const input = inputSums + 3 * start;
    const hidden = hiddenSums + 2 * start;
    const to = gates + 3 * start;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = (<usize>j) << 2;
      const r = sigmoid(f32x4.add(biased(input, inputBias, at, count), biased(hidden, hiddenBias, at, count)));
      const zAt = at + bytes;
      const z = sigmoid(f32x4.add(biased(input, inputBias, zAt, count), biased(hidden, hiddenBias, zAt, count)));
      storeLanes(to + at, r, count);
      storeLanes(to + zAt, z, count);
      storeLanes(reset + start + at, f32x4.mul(r, loadLanes(h + start + at, count)), count);
    }
  }
}

/**
 * Rows [begin, end) of n = tanh(inputSum + product), h' = (1 - z) n + z h, for the reset gate before the product.
 * inputSums: [rows, 3n]; products, h, hNew: [rows, n]; inputBias, hiddenBias: [3n] or 0; gates: [rows, 3n], of which z is
 * read and n written.
 */
export function gruResetCell(
  begin: i32,
  end: i32,
  n: i32,
  inputSums: usize,
  products: usize,
  inputBias: usize,
  hiddenBias: usize,
  h: usize,
  hNew: usize,
  gates: usize,
): void {
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = (<usize>j) << 2;
      const nAt = at + 2 * bytes;
      let sum = f32x4.add(
        biased(inputSums + 3 * start, inputBias, nAt, count),
        loadLanes(products + start + at, count),
      );
      if (hiddenBias) sum = f32x4.add(sum, loadLanes(hiddenBias + nAt, count));
      const candidate = tanh(sum);
      const z = loadLanes(gates + 3 * start + bytes + at, count);
      storeLanes(gates + 3 * start + nAt, candidate, count);
      storeLanes(hNew + start + at, blend(z, candidate, loadLanes(h + start + at, count)), count);
    }
  }
}
