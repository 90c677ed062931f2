import { packPanel } from './pack';

// Layouts in which a block of keys or values meets the tiles.

/** keys: panels [ceil(stored/rows)][D][rows] of k: [stored,D]. */
export function packKeys(stored: i32, rows: i32, D: i32, k: usize, keys: usize): void {
  for (let j = 0; j < stored; j += rows) {
    const at = (<usize>j * D) << 2;
    packPanel(rows, min(stored - j, rows), D, k + at, D, 1, keys + at);
  }
}

/** values: panels [ceil(Dv/rows)][stored][rows] of v: [stored,Dv]. */
export function packValues(stored: i32, rows: i32, Dv: i32, v: usize, values: usize): void {
  for (let e = 0; e < Dv; e += rows) {
    const to = values + ((<usize>e * stored) << 2);
    packPanel(rows, min(Dv - e, rows), stored, v + ((<usize>e) << 2), 1, Dv, to);
  }
}
