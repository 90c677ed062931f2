import { fma, sigmoid, tanh } from './lane';
import { loadLanes, storeLanes } from './tail';

/**
 * Rows [begin, end) of an LSTM step from its sums, gates in the order i, f, g, o. sums: [rows, 4n]; bias: [4n] or 0; c,
 * hNew, cNew: [rows, n]; gates: [rows, 4n] or 0.
 */
export function lstmCell(
  begin: i32,
  end: i32,
  n: i32,
  sums: usize,
  bias: usize,
  c: usize,
  hNew: usize,
  cNew: usize,
  gates: usize,
): void {
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = start + ((<usize>j) << 2);
      const from = sums + 4 * start + ((<usize>j) << 2);
      const shift = bias ? bias + ((<usize>j) << 2) : 0;
      const i = sigmoid(gateSum(from, shift, count));
      const f = sigmoid(gateSum(from + bytes, shift ? shift + bytes : 0, count));
      const g = tanh(gateSum(from + 2 * bytes, shift ? shift + 2 * bytes : 0, count));
      const o = sigmoid(gateSum(from + 3 * bytes, shift ? shift + 3 * bytes : 0, count));
      const cell = fma(f, loadLanes(c + at, count), f32x4.mul(i, g));
      storeLanes(cNew + at, cell, count);
      storeLanes(hNew + at, f32x4.mul(o, tanh(cell)), count);
      if (!gates) continue;
      const to = gates + 4 * start + ((<usize>j) << 2);
      storeLanes(to, i, count);
      storeLanes(to + bytes, f, count);
      storeLanes(to + 2 * bytes, g, count);
      storeLanes(to + 3 * bytes, o, count);
    }
  }
}

/** A gate's sum plus its bias. from: [count]; shift: [count] or 0. */
function gateSum(from: usize, shift: usize, count: i32): v128 {
  const sum = loadLanes(from, count);
  return shift ? f32x4.add(sum, loadLanes(shift, count)) : sum;
}

/**
 * Rows [begin, end) of an LSTM step's gradients at its sums and at c. dh: [rows, n]; dc: [rows, n] or 0; c: [rows, n];
 * gates, slopes: [rows, 4n]; dcOld: [rows, n].
 */
export function lstmSlopes(
  begin: i32,
  end: i32,
  n: i32,
  dh: usize,
  dc: usize,
  c: usize,
  gates: usize,
  slopes: usize,
  dcOld: usize,
): void {
  const one = f32x4.splat(1);
  const bytes = (<usize>n) << 2;
  for (let row = begin; row < end; row++) {
    const start = <usize>row * bytes;
    for (let j = 0; j < n; j += 4) {
      const count = n - j;
      const at = start + ((<usize>j) << 2);
      const gate = (start << 2) + ((<usize>j) << 2);
      const i = loadLanes(gates + gate, count);
      const f = loadLanes(gates + gate + bytes, count);
      const g = loadLanes(gates + gate + 2 * bytes, count);
      const o = loadLanes(gates + gate + 3 * bytes, count);
      const old = loadLanes(c + at, count);
      const t = tanh(fma(f, old, f32x4.mul(i, g)));
      const above = loadLanes(dh + at, count);
      let cell = f32x4.mul(f32x4.mul(above, o), fma(f32x4.neg(t), t, one));
      if (dc) cell = f32x4.add(cell, loadLanes(dc + at, count));
      storeLanes(dcOld + at, f32x4.mul(cell, f), count);
      const to = slopes + gate;
      storeLanes(to, f32x4.mul(f32x4.mul(cell, g), logistic(i)), count);
      storeLanes(to + bytes, f32x4.mul(f32x4.mul(cell, old), logistic(f)), count);
      storeLanes(to + 2 * bytes, f32x4.mul(f32x4.mul(cell, i), fma(f32x4.neg(g), g, one)), count);
      storeLanes(to + 3 * bytes, f32x4.mul(f32x4.mul(above, t), logistic(o)), count);
    }
  }
}

/** The sigmoid's slope where its value is s: s (1 - s). */
function logistic(s: v128): v128 {
  return f32x4.mul(s, f32x4.sub(f32x4.splat(1), s));
}
