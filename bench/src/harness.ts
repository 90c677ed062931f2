import { type Summary, summarize } from './statistics.js';
import type { BenchItem, Checker, Contender, Engine, Verdict } from './work.js';

/** How long to measure. Times in milliseconds. */
export interface Pace {
  /** Samples of each contender. */
  readonly rounds: number;
  /** A sample repeats the work until it should last this long. */
  readonly sampleTime: number;
  /**
   * Warm-up, the run that was checked included, lasts at least this long, and until three batches in a row agree within
   * 5 %, or the longest time is over.
   */
  readonly warmUpTime: number;
  readonly longestWarmUp: number;
  /** A contender that has spent this on samples sits out the remaining rounds, once it has the fewest allowed. */
  readonly budget: number;
  readonly fewestSamples: number;
}

export const fullPace: Pace = {
  rounds: 21,
  sampleTime: 20,
  warmUpTime: 300,
  longestWarmUp: 2000,
  budget: 3000,
  fewestSamples: 3,
};
export const quickPace: Pace = {
  rounds: 3,
  sampleTime: 10,
  warmUpTime: 60,
  longestWarmUp: 300,
  budget: 200,
  fewestSamples: 1,
};

/** What became of one contender. `milliseconds` and `rate` are missing where it failed or was wrong. */
export interface ContenderResult {
  readonly name: string;
  /** The engine it belongs to; an engine may enter several variants. */
  readonly engine: string;
  readonly kind: Contender['kind'];
  readonly state: 'timed' | 'wrong' | 'failed' | 'excluded';
  /** The name of the same contender on one thread, where this one has more. */
  readonly oneThread?: string;
  /** Why it was not timed. */
  readonly reason?: string;
  readonly maximumError?: number;
  readonly tolerance?: string;
  /** Runs per sample. */
  readonly repeats?: number;
  /** Time of one run. */
  readonly milliseconds?: Summary;
  /** At the median, in the item's unit. */
  readonly rate?: number;
  /** `rate` over that of the fastest limit row of the same item. */
  readonly fractionOfLimit?: number;
}

export interface ItemResult {
  readonly suite: string;
  readonly name: string;
  readonly note: string;
  readonly unit: BenchItem['unit'];
  readonly amount: number;
  readonly contenders: readonly ContenderResult[];
}

interface Prepared {
  readonly engine: string;
  readonly contender: Contender;
}

interface Entry extends Prepared {
  readonly verdict: Verdict;
  /** Milliseconds of the run that was checked. */
  readonly firstRun: number;
  readonly samples: number[];
  repeats: number;
  spent: number;
}

const text = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Measures one item. Every contender is prepared and its result checked; those that fail or are wrong are reported and
 * never timed. The others warm up, then take turns, in an order that rotates every round, so that a slow moment of the
 * machine falls on all of them.
 */
export async function measure(item: BenchItem, engines: readonly Engine[], pace: Pace): Promise<ItemResult> {
  const work = item.work();
  const refused: ContenderResult[] = [];
  const prepared: Prepared[] = [];
  try {
    for (const engine of engines) {
      const reason = item.excluded?.[engine.name];
      if (reason !== undefined) {
        refused.push({ name: engine.name, engine: engine.name, kind: engine.kind, state: 'excluded', reason });
        continue;
      }
      try {
        const contenders = await engine.prepare(work);
        prepared.push(...contenders.map((contender) => ({ engine: engine.name, contender })));
      } catch (error) {
        const { name, kind } = engine;
        refused.push({ name, engine: name, kind, state: 'failed', reason: text(error) });
      }
    }
    const check = await item.checker(work);
    const entries: Entry[] = [];
    for (const candidate of prepared) {
      const judged = await judge(candidate, check);
      if ('state' in judged) refused.push(judged);
      else entries.push(judged);
    }
    for (const entry of entries) await warmUp(entry, item, pace);
    for (let round = 0; round < pace.rounds; round++) {
      for (let turn = 0; turn < entries.length; turn++) {
        const entry = entries[(round + turn) % entries.length]!;
        if (entry.spent < pace.budget || entry.samples.length < pace.fewestSamples) await sample(entry, item);
      }
    }
    const { suite, name, note, unit, amount } = item;
    return { suite, name, note, unit, amount, contenders: [...conclude(item, entries), ...refused] };
  } finally {
    for (const { contender } of prepared) await contender.dispose();
  }
}

/** Runs a contender once and checks what it gives. */
async function judge(candidate: Prepared, check: Checker): Promise<Entry | ContenderResult> {
  const { engine, contender } = candidate;
  const { name, kind } = contender;
  try {
    const start = performance.now();
    const outcome = await contender.run();
    const firstRun = performance.now() - start;
    const verdict = contender.check
      ? contender.check(outcome)
      : check(contender.canonical ? contender.canonical(outcome) : outcome);
    if (verdict.fault === undefined) return { ...candidate, verdict, firstRun, samples: [], repeats: 1, spent: 0 };
    return { name, engine, kind, state: 'wrong', reason: verdict.fault, tolerance: verdict.tolerance };
  } catch (error) {
    return { name, engine, kind, state: 'failed', reason: text(error) };
  }
}

/** Time of the entry's repeats in a row, in milliseconds. Every contender is awaited, so that all pay the same for it. */
async function time({ contender, repeats }: Entry, { resident }: BenchItem): Promise<number> {
  const computes = resident && contender.compute !== undefined;
  const start = performance.now();
  for (let i = 0; i < repeats; i++) await (computes ? contender.compute?.() : contender.run());
  return performance.now() - start;
}

/** Also finds how many runs make a sample. */
async function warmUp(entry: Entry, item: BenchItem, pace: Pace): Promise<void> {
  const recent: number[] = [];
  const start = performance.now() - entry.firstRun;
  while (entry.firstRun < pace.longestWarmUp) {
    const elapsed = await time(entry, item);
    const each = elapsed / entry.repeats;
    recent.push(each);
    if (recent.length > 3) recent.shift();
    entry.repeats = Math.max(1, Math.ceil(pace.sampleTime / Math.max(each, 1e-4)));
    const spent = performance.now() - start;
    const steady = recent.length === 3 && Math.max(...recent) <= 1.05 * Math.min(...recent);
    if (spent >= pace.longestWarmUp || (spent >= pace.warmUpTime && steady)) return;
  }
}

async function sample(entry: Entry, item: BenchItem): Promise<void> {
  const elapsed = await time(entry, item);
  entry.samples.push(elapsed / entry.repeats);
  entry.spent += elapsed;
}

function conclude(item: BenchItem, entries: readonly Entry[]): ContenderResult[] {
  const timed = entries.map(({ engine, contender, verdict, samples, repeats }) => {
    const milliseconds = summarize(samples);
    const rate = (contender.amount ?? item.amount) / milliseconds.median / 1e6;
    return { engine, contender, verdict, repeats, milliseconds, rate };
  });
  const limit = Math.max(0, ...timed.filter(({ contender }) => contender.kind === 'limit').map(({ rate }) => rate));
  return timed.map(({ engine, contender, verdict, repeats, milliseconds, rate }) => ({
    name: contender.name,
    engine,
    kind: contender.kind,
    state: 'timed' as const,
    maximumError: verdict.maximumError,
    tolerance: verdict.tolerance,
    repeats,
    milliseconds,
    rate,
    ...(contender.oneThread === undefined ? {} : { oneThread: contender.oneThread }),
    ...(item.limited && limit > 0 ? { fractionOfLimit: rate / limit } : {}),
  }));
}
