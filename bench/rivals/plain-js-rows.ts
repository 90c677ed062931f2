import type { ElementwiseWork, LayerNormWork, ReductionWork, UnaryName } from '../src/work.js';

/** Two passes over each row for mean and variance, a third for the result; into `y`. */
export function layerNorm({ rows, columns, epsilon, x, scale, shift }: LayerNormWork, y: Float32Array): Float32Array {
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += x[start + i]!;
    const mean = sum / columns;
    let squares = 0;
    for (let i = 0; i < columns; i++) {
      const difference = x[start + i]! - mean;
      squares += difference * difference;
    }
    const factor = 1 / Math.sqrt(squares / columns + epsilon);
    for (let i = 0; i < columns; i++) y[start + i] = (x[start + i]! - mean) * factor * scale[i]! + shift[i]!;
  }
  return y;
}

/** A function of each element, into `y`. One loop for each function, so that the engine can inline it. */
const unaryLoops: Record<UnaryName, (x: Float32Array, y: Float32Array) => void> = {
  exp(x, y) {
    for (let i = 0; i < x.length; i++) y[i] = Math.exp(x[i]!);
  },
  gelu(x, y) {
    for (let i = 0; i < x.length; i++) y[i] = 0.5 * x[i]! * (1 + erf(x[i]! * Math.SQRT1_2));
  },
  tanh(x, y) {
    for (let i = 0; i < x.length; i++) y[i] = Math.tanh(x[i]!);
  },
  sigmoid(x, y) {
    for (let i = 0; i < x.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]!));
  },
};

/** Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7: what is written where the language has no erf. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

export function elementwise(work: ElementwiseWork, result: Float32Array): Float32Array {
  if (work.fn === 'add') addTo(work.x, work.y, result);
  else if (work.fn === 'bias') addBias(work.x, work.y, result);
  else unaryLoops[work.fn](work.x, result);
  return result;
}

function addTo(x: Float32Array, y: Float32Array, result: Float32Array): void {
  for (let i = 0; i < x.length; i++) result[i] = x[i]! + y[i]!;
}

function addBias(x: Float32Array, bias: Float32Array, result: Float32Array): void {
  for (let start = 0; start < x.length; start += bias.length) {
    for (let j = 0; j < bias.length; j++) result[start + j] = x[start + j]! + bias[j]!;
  }
}

export function reduction({ fn, axis, rows, columns, x }: ReductionWork): Float32Array | Int32Array {
  if (fn === 'sum') return axis === 1 ? sumRows(x, rows, columns) : sumColumns(x, columns);
  // Over columns the same loop would do on the transpose; no shape of the suite asks for it.
  if (axis !== 1) throw new RangeError(`plain-js: ${fn} only over axis 1, got ${axis}`);
  const places = argmaxRows(x, rows, columns);
  return fn === 'argmax' ? places : Float32Array.from(places, (place, row) => x[row * columns + place]!);
}

/** Four sums, so that additions do not wait for each other. */
function sumRows(x: Float32Array, rows: number, columns: number): Float32Array {
  const sums = new Float32Array(rows);
  const whole = columns - (columns % 4);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = 0; i < whole; i += 4) {
      s0 += x[start + i]!;
      s1 += x[start + i + 1]!;
      s2 += x[start + i + 2]!;
      s3 += x[start + i + 3]!;
    }
    for (let i = whole; i < columns; i++) s0 += x[start + i]!;
    sums[row] = s0 + s1 + (s2 + s3);
  }
  return sums;
}

function sumColumns(x: Float32Array, columns: number): Float32Array {
  const sums = new Float64Array(columns);
  for (let start = 0; start < x.length; start += columns) {
    for (let j = 0; j < columns; j++) sums[j]! += x[start + j]!;
  }
  return Float32Array.from(sums);
}

function argmaxRows(x: Float32Array, rows: number, columns: number): Int32Array {
  const places = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let best = x[start]!;
    for (let i = 1; i < columns; i++) {
      if (x[start + i]! > best) {
        best = x[start + i]!;
        places[row] = i;
      }
    }
  }
  return places;
}
