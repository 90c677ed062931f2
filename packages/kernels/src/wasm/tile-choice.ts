// Which GEMM tile is fastest depends on the engine's register allocator and on fused multiply-adds: on V8 11 (Node 20) 3x12 with
// them and 4x8 without, while 6x8 spills and runs at half the speed; on V8 13 (Node 24) 6x8. All give the same bits, so each
// backend times the first few large products it is asked for, and then keeps the fastest tile.

/** Rows and columns of the micro-kernels, by the number that the gemm kernel takes: the rows. */
const tiles = { 4: '4x8', 3: '3x12', 6: '6x8' } as const;
type Tile = keyof typeof tiles;
const candidates: readonly Tile[] = [4, 3, 6];

const trials = 6;
/** Multiply-adds below which a single call is too short to be timed. */
const worthTiming = 4e6;

export class TileChoice {
  /** Best seconds per multiply-add seen, and number of timed calls, by tile. */
  readonly #seen = new Map(candidates.map((tile) => [tile, { best: Number.POSITIVE_INFINITY, calls: 0 }]));

  /** The tile in use: 4 until timing has shown otherwise. */
  get tile(): Tile {
    if (!this.decided) return 4;
    return candidates.reduce((fastest, tile) => (this.#best(tile) < this.#best(fastest) ? tile : fastest));
  }

  get name(): string {
    return tiles[this.tile];
  }

  get decided(): boolean {
    return candidates.every((tile) => this.#seen.get(tile)?.calls === trials);
  }

  /** Runs one product of `work` multiply-adds with a tile, and learns from it while undecided. */
  run(work: number, multiply: (tile: Tile) => void): void {
    if (work < worthTiming || this.decided) {
      multiply(this.tile);
      return;
    }
    const tile = candidates.reduce((least, other) => (this.#calls(other) < this.#calls(least) ? other : least));
    const begin = performance.now();
    multiply(tile);
    const elapsed = performance.now() - begin;
    // A clock that stands still (some sandboxes) decides nothing: 0 would win by accident.
    const best = elapsed > 0 ? Math.min(this.#best(tile), elapsed / work) : this.#best(tile);
    this.#seen.set(tile, { best, calls: this.#calls(tile) + 1 });
  }

  #best(tile: Tile): number {
    return this.#seen.get(tile)?.best ?? Number.POSITIVE_INFINITY;
  }

  #calls(tile: Tile): number {
    return this.#seen.get(tile)?.calls ?? 0;
  }
}
