import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Engine } from './engine.js';
import { flatProgram, lanes } from './program.js';

// One workgroup per row. Own program, as tfjs's writes out of bounds beyond 65535 rows and leaves NaN and infinities to
// max() and exp(), whose treatment of them WGSL leaves open: here they are told by their bits.
const code = `
const lowest = -0x1.fffffep+127f;
var<workgroup> part : array<f32, ${lanes}>;
var<workgroup> spoiled : atomic<u32>;

fn main(index : i32) {
  let lane = i32(localIndex);
  let live = index / ${lanes} < uniforms.rows;
  let start = min(index / ${lanes}, uniforms.rows - 1) * uniforms.columns;

  var largest = lowest;
  for (var c = lane; c < uniforms.columns; c += ${lanes}) {
    let bits = bitcast<u32>(x[start + c]);
    if ((bits & 0x7f800000u) != 0x7f800000u) {
      largest = max(largest, x[start + c]);
    } else if (bits != 0xff800000u) {
      atomicOr(&spoiled, 1u);
    }
  }
  part[lane] = largest;
  for (var step = ${lanes / 2}; step > 0; step /= 2) {
    workgroupBarrier();
    if (lane < step) { part[lane] = max(part[lane], part[lane + step]); }
  }
  workgroupBarrier();
  largest = part[0];
  workgroupBarrier();

  var sum = 0.0;
  for (var c = lane; c < uniforms.columns; c += ${lanes}) {
    let value = x[start + c];
    sum += select(0.0, exp(value - largest), value >= lowest);
  }
  part[lane] = sum;
  for (var step = ${lanes / 2}; step > 0; step /= 2) {
    workgroupBarrier();
    if (lane < step) { part[lane] += part[lane + step]; }
  }
  workgroupBarrier();
  sum = part[0];

  // A row of -Infinity alone sums to 0.
  let undefinedRow = atomicLoad(&spoiled) != 0u || sum == 0.0;
  if (live) {
    for (var c = lane; c < uniforms.columns; c += ${lanes}) {
      let value = x[start + c];
      let weight = select(0.0, exp(value - largest) / sum, value >= lowest);
      result[start + c] = select(weight, uniforms.NAN, undefinedRow);
    }
  }
}`;

/** Softmax of each row of x [rows, columns], both positive. */
export function softmax(engine: Engine, rows: number, columns: number, x: TensorInfo): TensorInfo {
  const uniforms = 'rows : i32, columns : i32,';
  const program = flatProgram({
    ...{ key: 'softmax', inputs: ['x'], uniforms, code },
    ...{ workgroups: rows, size: rows * columns },
  });
  return engine.run(
    'softmax',
    program,
    [x],
    [
      { type: 'int32', data: [rows] },
      { type: 'int32', data: [columns] },
    ],
  );
}
