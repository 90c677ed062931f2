import { loadLanes, storeLanes } from './tail';

/** Columns [begin, end) of the sum over the rows, in float64. x: [rows, columns]; sums: [columns]. */
export function columnSums(begin: i32, end: i32, rows: i32, columns: i32, x: usize, sums: usize): void {
  for (let j = begin; j < end; j += 4) {
    let low = f64x2.splat(0);
    let high = low;
    let from = x + ((<usize>j) << 2);
    for (let row = 0; row < rows; row++) {
      const value = loadLanes(from, end - j);
      low = f64x2.add(low, f64x2.promote_low_f32x4(value));
      high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(value, value, 2, 3, 0, 1)));
      from += (<usize>columns) << 2;
    }
    const sum = v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
    storeLanes(sums + ((<usize>j) << 2), sum, end - j);
  }
}
