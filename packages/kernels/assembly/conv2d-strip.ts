import { clear, endInside, firstInside, gatherPadded, scatterRow } from './conv2d-row';

// One channel for each group: a matrix product would have one row, so these work on planes. A strip of map rows takes the
// padded rows of the image that it meets as [rows][strideH phases][phase width], phase p holding every strideH-th column from p on.
// So map position j meets kernel element kw in one phase, and steps of j are steps of one element there whatever the stride.

/** Columns of a phase: vectors of four may run past outW. */
export function phaseWidth(outW: i32, KW: i32, strideH: i32, dilationH: i32): i32 {
  return ((outW + 3) & ~3) + ((KW - 1) * dilationH) / strideH;
}

/** Bytes of workspace for strips of `strip` map rows: the kernel elements' offsets and the padded rows. */
export function depthwiseWorkspace(
  strip: i32,
  outW: i32,
  KH: i32,
  KW: i32,
  strideV: i32,
  strideH: i32,
  dilationV: i32,
  dilationH: i32,
): usize {
  const rows = (strip - 1) * strideV + (KH - 1) * dilationV + 1;
  return (<usize>rows * strideH * phaseWidth(outW, KW, strideH, dilationH) + <usize>KH * KW) << 2;
}

/** Byte offsets of the kernel's elements from the first padded row that a map row meets. offsets: [KH KW], int32. */
export function tapOffsets(
  KH: i32,
  KW: i32,
  strideH: i32,
  dilationV: i32,
  dilationH: i32,
  width: i32,
  offsets: usize,
): void {
  for (let kh = 0; kh < KH; kh++) {
    for (let kw = 0; kw < KW; kw++) {
      const column = kw * dilationH;
      const offset = (kh * dilationV * strideH + (column % strideH)) * width + column / strideH;
      store<i32>(offsets + ((<usize>(kh * KW + kw)) << 2), offset << 2);
    }
  }
}

/** Padded rows from image row `first` on. x: [H, W]; padded: [rows, strideH, width]. */
export function loadStrip(
  rows: i32,
  first: i32,
  H: i32,
  W: i32,
  strideH: i32,
  left: i32,
  width: i32,
  x: usize,
  padded: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const row = first + r;
    for (let phase = 0; phase < strideH; phase++) {
      const to = padded + ((<usize>(r * strideH + phase) * width) << 2);
      if (row < 0 || row >= H) clear(to, width);
      else gatherPadded(to, x + ((<usize>row * W) << 2), W, phase - left, strideH, width);
    }
  }
}

/** The reverse: adds padded rows to the image, what lies outside it is dropped. padded: [rows, strideH, width]; x: [H, W]. */
export function addStrip(
  rows: i32,
  first: i32,
  H: i32,
  W: i32,
  strideH: i32,
  left: i32,
  width: i32,
  padded: usize,
  x: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const row = first + r;
    if (row < 0 || row >= H) continue;
    for (let phase = 0; phase < strideH; phase++) {
      const offset = phase - left;
      const from = padded + ((<usize>(r * strideH + phase) * width) << 2);
      const end = endInside(offset, strideH, W, width);
      const j = firstInside(offset, strideH);
      if (j < end)
        scatterRow(x + ((<usize>(row * W + j * strideH + offset)) << 2), from + ((<usize>j) << 2), strideH, end - j);
    }
  }
}
