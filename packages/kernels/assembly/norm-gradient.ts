import { fma, sumLanes } from './lane';
import { loadLanes, storeLanes } from './partial-lanes';

// Backward passes of norm.ts. With n = (x - mean) r, r the inverse deviation, and g = dy scale:
// layer norm dx = r (g - mean(g) - n mean(g n)), RMS norm the same without mean(g).

/** Rows whose parameter gradients are summed in float32 before float64 takes over. */
export const ROWS_PER_BLOCK: i32 = 64;

/**
 * dx of layer norm for rows [begin, end). x, dy, dx: [rows, columns]; scale: 0 or [columns]; mean, inverseDeviation: [rows].
 */
export function layerNormGradient(
  begin: i32,
  end: i32,
  columns: i32,
  x: usize,
  dy: usize,
  scale: usize,
  mean: usize,
  inverseDeviation: usize,
  dx: usize,
): void {
  for (let row = begin; row < end; row++) {
    const at = <usize>row * ((<usize>columns) << 2);
    const center = load<f32>(mean + ((<usize>row) << 2));
    const inverse = load<f32>(inverseDeviation + ((<usize>row) << 2));
    inputGradient(columns, x + at, dy + at, scale, center, inverse, true, dx + at);
  }
}

/** dx of RMS norm for rows [begin, end). Arguments as above. */
export function rmsNormGradient(
  begin: i32,
  end: i32,
  columns: i32,
  x: usize,
  dy: usize,
  scale: usize,
  inverseDeviation: usize,
  dx: usize,
): void {
  for (let row = begin; row < end; row++) {
    const at = <usize>row * ((<usize>columns) << 2);
    const inverse = load<f32>(inverseDeviation + ((<usize>row) << 2));
    inputGradient(columns, x + at, dy + at, scale, 0, inverse, false, dx + at);
  }
}

/** One row. x, dy, dx: [columns]; scale: 0 or [columns]. */
function inputGradient(
  columns: i32,
  x: usize,
  dy: usize,
  scale: usize,
  center: f32,
  inverse: f32,
  centered: bool,
  dx: usize,
): void {
  const wideCenter = f32x4.splat(center);
  const wideInverse = f32x4.splat(inverse);
  const one = f32x4.splat(1);
  let sumG: f64 = 0;
  let sumGN: f64 = 0;
  // Lanes beyond the row hold dy = 0, so that they add nothing to either sum.
  for (let first = 0; first < columns; first += 1024) {
    const last = min(columns, first + 1024);
    let g1 = f32x4.splat(0);
    let gn = g1;
    for (let i = first; i < last; i += 4) {
      const at = (<usize>i) << 2;
      const g = f32x4.mul(loadLanes(dy + at, last - i), scale ? loadLanes(scale + at, last - i) : one);
      const n = f32x4.mul(f32x4.sub(loadLanes(x + at, last - i), wideCenter), wideInverse);
      g1 = f32x4.add(g1, g);
      gn = fma(g, n, gn);
    }
    sumG += <f64>sumLanes(g1);
    sumGN += <f64>sumLanes(gn);
  }
  const meanG = f32x4.splat(centered ? <f32>(sumG / <f64>columns) : 0);
  const meanGN = f32x4.splat(<f32>(sumGN / <f64>columns));
  for (let i = 0; i < columns; i += 4) {
    const at = (<usize>i) << 2;
    const g = f32x4.mul(loadLanes(dy + at, columns - i), scale ? loadLanes(scale + at, columns - i) : one);
    const n = f32x4.mul(f32x4.sub(loadLanes(x + at, columns - i), wideCenter), wideInverse);
    const value = f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(n, meanGN));
    storeLanes(dx + at, f32x4.mul(value, wideInverse), columns - i);
  }
}

/**
 * dScale = sum over rows of dy n, and dShift = sum over rows of dy, for columns [begin, end); begin a multiple of 4.
 * x, dy: [rows, columns]; mean: 0 or [rows]; inverseDeviation: [rows]; dScale: [columns]; dShift: 0 or [columns].
 */
export function normParameterGradients(
  begin: i32,
  end: i32,
  rows: i32,
  columns: i32,
  x: usize,
  dy: usize,
  mean: usize,
  inverseDeviation: usize,
  dScale: usize,
  dShift: usize,
): void {
  const rowBytes = (<usize>columns) << 2;
  for (let column = begin; column < end; column += 4) {
    const count = end - column;
    const at = (<usize>column) << 2;
    let scaleLow = f64x2.splat(0);
    let scaleHigh = scaleLow;
    let shiftLow = scaleLow;
    let shiftHigh = scaleLow;
    for (let first = 0; first < rows; first += ROWS_PER_BLOCK) {
      const last = min(rows, first + ROWS_PER_BLOCK);
      let g = f32x4.splat(0);
      let gn = g;
      for (let row = first; row < last; row++) {
        const from = <usize>row * rowBytes + at;
        const slope = loadLanes(dy + from, count);
        const center = mean ? v128.load32_splat(mean + ((<usize>row) << 2)) : f32x4.splat(0);
        const inverse = v128.load32_splat(inverseDeviation + ((<usize>row) << 2));
        g = f32x4.add(g, slope);
        gn = fma(slope, f32x4.mul(f32x4.sub(loadLanes(x + from, count), center), inverse), gn);
      }
      scaleLow = f64x2.add(scaleLow, f64x2.promote_low_f32x4(gn));
      scaleHigh = f64x2.add(scaleHigh, f64x2.promote_low_f32x4(v128.shuffle<f64>(gn, gn, 1, 1)));
      shiftLow = f64x2.add(shiftLow, f64x2.promote_low_f32x4(g));
      shiftHigh = f64x2.add(shiftHigh, f64x2.promote_low_f32x4(v128.shuffle<f64>(g, g, 1, 1)));
    }
    storeLanes(dScale + at, narrow(scaleLow, scaleHigh), count);
    if (dShift) storeLanes(dShift + at, narrow(shiftLow, shiftHigh), count);
  }
}

/** Four float64 as float32. */
function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
