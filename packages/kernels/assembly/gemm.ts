import { micro4x8, micro6x8 } from './micro';
import { packPanel } from './pack';

// C = A B in blocks that stay in cache: B in [K_BLOCK][N_BLOCK] panels of 8 columns, A in [ROW_BLOCK][K_BLOCK] panels of
// `tile` rows. Goto and van de Geijn 2008, section 4.

const K_BLOCK: i32 = 256;
const N_BLOCK: i32 = 1024;
/** A multiple of both tile heights, 4 and 6. */
const ROW_BLOCK: i32 = 96;
/** Bytes of the scratch tile for the edges of C: [6][8]. */
const EDGE_BYTES: usize = 192;

/** Bytes of workspace that `gemm` needs. */
export function gemmWorkspace(N: i32, K: i32): usize {
  const depth = <usize>min(K, K_BLOCK);
  const columns = <usize>((min(N, N_BLOCK) + 7) & ~7);
  return ((depth * (columns + <usize>ROW_BLOCK)) << 2) + EDGE_BYTES;
}

/**
 * Rows [rowBegin, rowEnd) of C = A B. tile: 4 or 6, rows of the micro-kernel; it changes no result.
 * beta: 0 writes C, 1 adds to it. a: [M,K] at strides (rowA, columnA), b: [K,N] at strides (rowB, columnB), in elements; c: [M,N] dense;
 * workspace: gemmWorkspace(N, K) bytes.
 */
export function gemm(
  rowBegin: i32,
  rowEnd: i32,
  N: i32,
  K: i32,
  tile: i32,
  beta: i32,
  rowA: i32,
  columnA: i32,
  rowB: i32,
  columnB: i32,
  a: usize,
  b: usize,
  c: usize,
  workspace: usize,
): void {
  if (K === 0) {
    if (!beta) memory.fill(c + ((<usize>rowBegin * N) << 2), 0, (<usize>(rowEnd - rowBegin) * N) << 2);
    return;
  }
  const edge = workspace;
  const packedA = edge + EDGE_BYTES;
  const packedB = packedA + ((<usize>min(K, K_BLOCK) * ROW_BLOCK) << 2);
  for (let column = 0; column < N; column += N_BLOCK) {
    const columns = min(N - column, N_BLOCK);
    for (let k = 0; k < K; k += K_BLOCK) {
      const depth = min(K - k, K_BLOCK);
      const blockB = b + ((<usize>k * rowB + <usize>column * columnB) << 2);
      for (let j = 0; j < columns; j += 8) {
        const panel = packedB + ((<usize>j * depth) << 2);
        packPanel(8, min(columns - j, 8), depth, blockB + ((<usize>j * columnB) << 2), columnB, rowB, panel);
      }
      for (let row = rowBegin; row < rowEnd; row += ROW_BLOCK) {
        const rows = min(rowEnd - row, ROW_BLOCK);
        const blockA = a + ((<usize>row * rowA + <usize>k * columnA) << 2);
        for (let i = 0; i < rows; i += tile) {
          const panel = packedA + ((<usize>i * depth) << 2);
          packPanel(tile, min(rows - i, tile), depth, blockA + ((<usize>i * rowA) << 2), rowA, columnA, panel);
        }
        const blockC = c + ((<usize>row * N + column) << 2);
        multiplyBlock(rows, columns, N, depth, tile, packedA, packedB, blockC, edge, k > 0 || beta !== 0);
      }
    }
  }
}

/** One block of C. a: panels [rows/tile][depth][tile], b: panels [columns/8][depth][8], c: [rows,columns] at N a row. */
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
  for (let j = 0; j < columns; j += 8) {
    const panelB = b + ((<usize>j * depth) << 2);
    const corner = c + ((<usize>j) << 2);
    // Whole tiles go straight to C, those over an edge by way of a scratch tile.
    const whole = j + 8 <= columns ? rows / tile : 0;
    multiply(tile, whole, depth, a, panelBytes, panelB, corner, rowBytes, accumulate);
    for (let panel = whole; panel < panels; panel++) {
      const row = panel * tile;
      multiply(tile, 1, depth, a + <usize>panel * panelBytes, panelBytes, panelB, edge, 32, false);
      copyEdge(min(rows - row, tile), min(columns - j, 8), edge, corner + <usize>row * rowBytes, rowBytes, accumulate);
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
  if (tile === 6) micro6x8(panels, depth, a, panelBytes, b, c, rowBytes, accumulate);
  else micro4x8(panels, depth, a, panelBytes, b, c, rowBytes, accumulate);
}

/** The part of a tile that lies inside C. edge: [tile][8], c: [rows,columns] at rowBytes a row. */
function copyEdge(rows: i32, columns: i32, edge: usize, c: usize, rowBytes: usize, accumulate: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + <usize>i * rowBytes + ((<usize>j) << 2);
      const value = load<f32>(edge + (((<usize>i) << 5) + ((<usize>j) << 2)));
      store<f32>(at, accumulate ? load<f32>(at) + value : value);
    }
  }
}
