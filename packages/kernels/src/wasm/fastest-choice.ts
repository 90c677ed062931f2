// Which form of a kernel is fastest depends on the engine's register allocator and on fused multiply-adds: on V8 11 (Node 20) the
// 3x12 tile with them and 4x8 without, while 6x8 spills and runs at half the speed; on V8 13 (Node 24) 6x8. All forms give the
// same bits, so each backend times the first few large calls it is asked for, and then keeps the fastest.

const trials = 6;
/** Multiply-adds below which a single call is too short to be timed. */
const worthTiming = 4e6;

/** The fastest of several forms of a kernel, the first of them until timing has shown otherwise. */
export class FastestChoice<Form extends number> {
  /** Best seconds per multiply-add seen, and number of timed calls, by form. */
  readonly #seen: Map<Form, { best: number; calls: number }>;

  constructor(readonly forms: readonly [Form, ...Form[]]) {
    this.#seen = new Map(forms.map((form) => [form, { best: Number.POSITIVE_INFINITY, calls: 0 }]));
  }

  get current(): Form {
    if (!this.decided) return this.forms[0];
    return this.forms.reduce((fastest, form) => (this.#of(form).best < this.#of(fastest).best ? form : fastest));
  }

  get decided(): boolean {
    return this.forms.every((form) => this.#of(form).calls === trials);
  }

  /** Runs `work` multiply-adds with a form, and learns from it while undecided. */
  run(work: number, compute: (form: Form) => void): void {
    if (work < worthTiming || this.decided) {
      compute(this.current);
      return;
    }
    const form = this.forms.reduce((least, other) => (this.#of(other).calls < this.#of(least).calls ? other : least));
    const begin = performance.now();
    compute(form);
    const elapsed = performance.now() - begin;
    const seen = this.#of(form);
    seen.calls++;
    // A clock that stands still (some sandboxes) decides nothing: 0 would win by accident.
    if (elapsed > 0) seen.best = Math.min(seen.best, elapsed / work);
  }

  #of(form: Form): { best: number; calls: number } {
    return this.#seen.get(form) as { best: number; calls: number };
  }
}

/** Rows and columns of GEMM's micro-kernels, by the number that its kernel takes: the rows. */
export const tileNames = { 4: '4x8', 3: '3x12', 6: '6x8' } as const;
