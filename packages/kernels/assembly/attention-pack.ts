import { packPanel } from './pack';

// Layouts in which a block of keys or values meets the tiles.

/** keys: panels [ceil(stored/4)][D][4] of k: [stored,D]. */
export function packKeys(stored: i32, D: i32, k: usize, keys: usize): void {
  for (let j = 0; j < stored; j += 4) {
    const at = (<usize>j * D) << 2;
    packPanel(4, min(stored - j, 4), D, k + at, D, 1, keys + at);
  }
}

/** values: panels [ceil(Dv/4)][stored][4] of v: [stored,Dv]. */
export function packValues(stored: i32, Dv: i32, v: usize, values: usize): void {
  for (let e = 0; e < Dv; e += 4) {
    const to = values + ((<usize>e * stored) << 2);
    packPanel(4, min(Dv - e, 4), stored, v + ((<usize>e) << 2), 1, Dv, to);
  }
}
