import { epilogue } from './gemm-epilogue';
import { micro3x12, micro4x8, micro6x8 } from './micro';
import { packPanel } from './pack';

// C = A B in blocks that stay in cache: B in [K_BLOCK][N_BLOCK] panels as wide as the micro-kernel's
// tile, A in [ROW_BLOCK][K_BLOCK] panels as high. Goto and van de Geijn 2008, section 4.

const K_BLOCK: i32 = 256;
/** A multiple of both tile widths, 8 and 12. */
const N_BLOCK: i32 = 1008;
/** A multiple of the tile heights 3, 4 and 6. */
const ROW_BLOCK: i32 = 384;
/** Bytes of the scratch tile for the edges of C: [6][8] or [3][12]. */
const EDGE_BYTES: usize = 192;

/** Columns of the tile with so many rows. */
function widthOf(tile: i32): i32 {
  return tile === 3 ? 12 : 8;
}

/** Bytes of scratch that `gemm` needs for items of so many columns. */
export function gemmWorkspace(columnsPerItem: i32, K: i32): usize {
  const depth = <usize>min(K, K_BLOCK);
  const columns = <usize>(min(columnsPerItem, N_BLOCK) + 11);
  return ((depth * (columns + <usize>ROW_BLOCK)) << 2) + EDGE_BYTES;
}

/**
 * Items [begin, end) of C = activation(alpha A B + beta add + bias), or of C += A B: an item is a block of rowsPerItem x
 * columnsPerItem of one matrix of the batch, numbered by columns, then rows, then matrices.
 * tile: 4 or 6 for a micro-kernel of so many rows and 8 columns, 3 for 3 rows and 12 columns; it changes no result. accumulate: 1 adds A B to C, and nothing else.
 * a: matrices of [M,K] at strides (rowA, columnA) and strideA from one to the next, b: [K,N] at (rowB, columnB) and
 * strideB, all in elements; add: 0 or [batch,M,N]; bias: 0 or [N]; c: [batch,M,N] dense;
 * scratch: gemmWorkspace(columnsPerItem, K) bytes.
 */
export function gemm(
  begin: i32,
  end: i32,
  M: i32,
  N: i32,
  K: i32,
  rowsPerItem: i32,
  columnsPerItem: i32,
  tile: i32,
  rowA: i32,
  columnA: i32,
  strideA: i32,
  rowB: i32,
  columnB: i32,
  strideB: i32,
  accumulate: i32,
  alpha: f32,
  beta: f32,
  activation: i32,
  a: usize,
  b: usize,
  add: usize,
  bias: usize,
  c: usize,
  scratch: usize,
): void {
  const columnItems = (N + columnsPerItem - 1) / columnsPerItem;
  const rowItems = (M + rowsPerItem - 1) / rowsPerItem;
  const plain = accumulate !== 0 || (alpha === 1 && !add && !bias && !activation);
  for (let item = begin; item < end; item++) {
    const matrix = item / (rowItems * columnItems);
    const firstColumn = (item % columnItems) * columnsPerItem;
    const firstRow = ((item / columnItems) % rowItems) * rowsPerItem;
    const endColumn = min(N, firstColumn + columnsPerItem);
    const endRow = min(M, firstRow + rowsPerItem);
    const fromA = a + ((<usize>matrix * strideA) << 2);
    const fromB = b + ((<usize>matrix * strideB) << 2);
    const start = (<usize>matrix * M * N) << 2;
    for (let column = firstColumn; column < endColumn; column += N_BLOCK) {
      const columns = min(endColumn - column, N_BLOCK);
      // A product over nothing is zero; one turn with depth 0 writes it.
      for (let k = 0; k < max(K, 1); k += K_BLOCK) {
        const depth = min(K - k, K_BLOCK);
        const packedA = scratch + EDGE_BYTES;
        const packedB = packedA + ((<usize>depth * ROW_BLOCK) << 2);
        packB(
          columns,
          depth,
          widthOf(tile),
          fromB + ((<usize>k * rowB + <usize>column * columnB) << 2),
          rowB,
          columnB,
          packedB,
        );
        for (let row = firstRow; row < endRow; row += ROW_BLOCK) {
          const rows = min(endRow - row, ROW_BLOCK);
          packA(rows, depth, tile, fromA + ((<usize>row * rowA + <usize>k * columnA) << 2), rowA, columnA, packedA);
          const corner = (<usize>row * N + column) << 2;
          const to = c + start + corner;
          multiplyBlock(rows, columns, N, depth, tile, packedA, packedB, to, scratch, k > 0 || accumulate !== 0);
          if (plain || k + depth < K) continue;
          const addTo = add ? add + start + corner : 0;
          epilogue(rows, columns, N, alpha, beta, activation, addTo, bias ? bias + ((<usize>column) << 2) : 0, to);
        }
      }
    }
  }
}

/** panels: [columns/width][depth][width] of b: [depth,columns] at (rowB, columnB). */
function packB(columns: i32, depth: i32, width: i32, b: usize, rowB: i32, columnB: i32, panels: usize): void {
  for (let j = 0; j < columns; j += width) {
    const panel = panels + ((<usize>j * depth) << 2);
    packPanel(width, min(columns - j, width), depth, b + ((<usize>j * columnB) << 2), columnB, rowB, panel);
  }
}

/** panels: [rows/tile][depth][tile] of a: [rows,depth] at (rowA, columnA). */
function packA(rows: i32, depth: i32, tile: i32, a: usize, rowA: i32, columnA: i32, panels: usize): void {
  for (let i = 0; i < rows; i += tile) {
    const panel = panels + ((<usize>i * depth) << 2);
    packPanel(tile, min(rows - i, tile), depth, a + ((<usize>i * rowA) << 2), rowA, columnA, panel);
  }
}

/** One block of C. a: panels [rows/tile][depth][tile], b: panels [columns/width][depth][width], c: [rows,columns] at N a row. */
function multiplyBlock(
  rows: i32,
  columns: i32,
  N: i32,
  depth: i32,
  tile: i32,
  a: usize,
  b: usize,
  c: usize,
  edge: usize,
  accumulate: bool,
): void {
  const rowBytes = (<usize>N) << 2;
  const panelBytes = (<usize>depth * tile) << 2;
  const panels = (rows + tile - 1) / tile;
  const width = widthOf(tile);
  for (let j = 0; j < columns; j += width) {
    const panelB = b + ((<usize>j * depth) << 2);
    const corner = c + ((<usize>j) << 2);
    // Whole tiles go straight to C, those over an edge by way of a scratch tile.
    const whole = j + width <= columns ? rows / tile : 0;
    multiply(tile, whole, depth, a, panelBytes, panelB, corner, rowBytes, accumulate);
    for (let panel = whole; panel < panels; panel++) {
      const row = panel * tile;
      multiply(tile, 1, depth, a + <usize>panel * panelBytes, panelBytes, panelB, edge, (<usize>width) << 2, false);
      const to = corner + <usize>row * rowBytes;
      copyEdge(min(rows - row, tile), min(columns - j, width), width, edge, to, rowBytes, accumulate);
    }
  }
}

/** The micro-kernel of a tile height; parameters as there. */
function multiply(
  tile: i32,
  panels: i32,
  depth: i32,
  a: usize,
  panelBytes: usize,
  b: usize,
  c: usize,
  rowBytes: usize,
  accumulate: bool,
): void {
  if (tile === 3) micro3x12(panels, depth, a, panelBytes, b, c, rowBytes, accumulate);
  else if (tile === 6) micro6x8(panels, depth, a, panelBytes, b, c, rowBytes, accumulate);
  else micro4x8(panels, depth, a, panelBytes, b, c, rowBytes, accumulate);
}

/** The part of a tile that lies inside C. edge: [tile][width], c: [rows,columns] at rowBytes a row. */
function copyEdge(rows: i32, columns: i32, width: i32, edge: usize, c: usize, rowBytes: usize, accumulate: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + <usize>i * rowBytes + ((<usize>j) << 2);
      const value = load<f32>(edge + ((<usize>(i * width + j)) << 2));
      store<f32>(at, accumulate ? load<f32>(at) + value : value);
    }
  }
}
