// Packing: a strided matrix into panels that a micro-kernel reads in order.

/**
 * Copies `lanes` lanes of a strided matrix into one panel [depth][width], zero beyond `lanes`.
 * source: element (lane, k) at lane * laneStride + k * depthStride, strides in elements; panel: [depth][width].
 */
export function packPanel(
  width: i32,
  lanes: i32,
  depth: i32,
  source: usize,
  laneStride: i32,
  depthStride: i32,
  panel: usize,
): void {
  let lane = 0;
  if (width === 3 && lanes === 3 && depthStride === 1) {
    packThree(depth, source, laneStride, panel);
    return;
  }
  for (; lane + 4 <= lanes; lane += 4) {
    const from = source + ((<usize>lane * laneStride) << 2);
    const to = panel + ((<usize>lane) << 2);
    if (laneStride === 1) copyFour(depth, from, depthStride, to, width);
    else packFour(depth, from, laneStride, depthStride, to, width);
  }
  for (; lane < width; lane++) {
    let from = source + ((<usize>lane * laneStride) << 2);
    let to = panel + ((<usize>lane) << 2);
    for (let k = 0; k < depth; k++) {
      store<f32>(to, lane < lanes ? load<f32>(from) : 0);
      from += (<usize>depthStride) << 2;
      to += (<usize>width) << 2;
    }
  }
}

/** Four lanes that lie side by side. from: [depth] rows of 4 at depthStride; to: [depth][width]. */
function copyFour(depth: i32, from: usize, depthStride: i32, to: usize, width: i32): void {
  for (let k = 0; k < depth; k++) {
    v128.store(to, v128.load(from));
    from += (<usize>depthStride) << 2;
    to += (<usize>width) << 2;
  }
}

/** Four lanes laneStride apart: 4x4 transposes where depth is contiguous. from: (lane, k) strided; to: [depth][width]. */
function packFour(depth: i32, from: usize, laneStride: i32, depthStride: i32, to: usize, width: i32): void {
  const row = (<usize>laneStride) << 2;
  const out = (<usize>width) << 2;
  let k = 0;
  if (depthStride === 1) {
    for (; k + 4 <= depth; k += 4) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + row);
      const r2 = v128.load(from + 2 * row);
      const r3 = v128.load(from + 3 * row);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(t0, t1, 0, 2));
      v128.store(to + out, v128.shuffle<f64>(t0, t1, 1, 3));
      v128.store(to + 2 * out, v128.shuffle<f64>(t2, t3, 0, 2));
      v128.store(to + 3 * out, v128.shuffle<f64>(t2, t3, 1, 3));
      from += 16;
      to += out << 2;
    }
  }
  for (; k < depth; k++) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + row), 4);
    store<f32>(to, load<f32>(from + 2 * row), 8);
    store<f32>(to, load<f32>(from + 3 * row), 12);
    from += (<usize>depthStride) << 2;
    to += out;
  }
}

/** Three whole rows side by side, four elements of depth a turn. from: [3] rows at rowStride; to: [depth][3]. */
function packThree(depth: i32, from: usize, rowStride: i32, to: usize): void {
  const row = (<usize>rowStride) << 2;
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + row);
    const r2 = v128.load(from + 2 * row);
    const t01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const u01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(t01, r2, 0, 1, 4, 2));
    v128.store(to, v128.shuffle<f32>(v128.shuffle<f32>(t01, r2, 3, 5, 3, 5), u01, 0, 1, 4, 5), 16);
    v128.store(to, v128.shuffle<f32>(u01, r2, 6, 2, 3, 7), 32);
    from += 16;
    to += 48;
  }
  for (; k < depth; k++) {
    store<f32>(to, load<f32>(from));
    store<f32>(to, load<f32>(from + row), 4);
    store<f32>(to, load<f32>(from + 2 * row), 8);
    from += 4;
    to += 12;
  }
}

/** Transposes rows of a matrix into columns [begin, end) of another: to[j,i] = from[i,j]. from: [rows,columns]; to: [columns,rows]. */
export function transpose(begin: i32, end: i32, rows: i32, columns: i32, from: usize, to: usize): void {
  for (let j = begin; j < end; j++) {
    let at = from + ((<usize>j) << 2);
    let out = to + ((<usize>j * rows) << 2);
    for (let i = 0; i < rows; i++) {
      store<f32>(out, load<f32>(at));
      at += (<usize>columns) << 2;
      out += 4;
    }
  }
}
