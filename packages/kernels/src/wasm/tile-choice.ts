// Which GEMM tile is faster depends on the engine's register allocator: on V8 11 (Node 20) the 6x8 tile spills and runs
// at half the speed of 4x8, on V8 13 (Node 24) it is a tenth faster. Both give the same bits, so each backend times the
// first few large products it is asked for, and then keeps the faster tile.

const trials = 6;
/** Multiply-adds below which a single call is too short to be timed. */
const worthTiming = 4e6;

export class TileChoice {
  /** Best seconds per multiply-add seen, and number of timed calls, by tile. */
  readonly #seen = { 4: { best: Number.POSITIVE_INFINITY, calls: 0 }, 6: { best: Number.POSITIVE_INFINITY, calls: 0 } };

  /** The tile in use: 4 until timing has shown otherwise. */
  get tile(): 4 | 6 {
    return this.#seen[6].calls === trials && this.#seen[6].best < this.#seen[4].best ? 6 : 4;
  }

  get decided(): boolean {
    return this.#seen[4].calls === trials && this.#seen[6].calls === trials;
  }

  /** Runs one product of `work` multiply-adds with a tile, and learns from it while undecided. */
  run(work: number, multiply: (tile: 4 | 6) => void): void {
    if (this.decided || work < worthTiming) {
      multiply(this.tile);
      return;
    }
    const tile = this.#seen[4].calls <= this.#seen[6].calls ? 4 : 6;
    const seen = this.#seen[tile];
    const begin = performance.now();
    multiply(tile);
    const elapsed = performance.now() - begin;
    seen.calls++;
    // A clock that stands still (some sandboxes) decides nothing: 0 would win by accident.
    if (elapsed > 0) seen.best = Math.min(seen.best, elapsed / work);
  }
}
