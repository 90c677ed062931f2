import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnsupportedError } from '@dlv/kernels';
import { rivals } from '../rivals/index.js';
import { suites } from '../suites/index.js';
import { type BenchOptions, help, parseCommandLine, UsageError } from './cli.js';
import { createDlvEngine, hasThreads } from './dlv.js';
import { type ContenderResult, fullPace, type ItemResult, measure, quickPace } from './harness.js';
import { createLimitEngine } from './limit.js';
import { describeMachine, loadAverage } from './machine.js';
import { type Report, ratios, renderMarkdown } from './report.js';
import type { BenchItem, Engine } from './work.js';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function run(options: BenchOptions): Promise<number> {
  const items = chooseItems(options);
  const engines: Engine[] = [];
  try {
    for (const name of options.backends) {
      for (const threads of hasThreads(name) ? options.threads : [1])
        engines.push(await createDlvEngine(name, threads));
    }
    for (const name of options.rivals) engines.push(await rivals[name]());
    // tsup puts the loops beside the bundle.
    engines.push(await createLimitEngine(new URL('./', import.meta.url)));
    const report = await measureAll(items, engines, options);
    const markdown = renderMarkdown(report);
    process.stdout.write(markdown);
    await save(options.out ?? fileURLToPath(new URL('../results/', import.meta.url)), report, markdown);
    const ours = report.items.flatMap(({ contenders }) => contenders.filter(({ kind }) => kind === 'dlv'));
    return ours.every(({ state }) => state === 'timed') ? 0 : 1;
  } finally {
    for (const engine of engines) engine.dispose();
  }
}

function chooseItems({ suites: names, filter, quick }: BenchOptions): BenchItem[] {
  const matching = names.map((name) =>
    suites[name].filter((item) => filter === undefined || filter.test(`${item.suite} ${item.name}`)),
  );
  const items = matching.flatMap((suite) => (quick ? smallest(suite, 2) : suite));
  if (items.length === 0) throw new UsageError(`--filter: nothing in ${names.join(', ')} matches ${String(filter)}`);
  return items;
}

const smallest = (items: readonly BenchItem[], count: number) =>
  [...items].sort((a, b) => a.amount - b.amount).slice(0, count);

async function measureAll(
  items: readonly BenchItem[],
  engines: readonly Engine[],
  options: BenchOptions,
): Promise<Report> {
  const pace = options.quick ? quickPace : fullPace;
  const machine = describeMachine();
  const started = new Date().toISOString();
  const start = loadAverage();
  const results: ItemResult[] = [];
  for (const [index, item] of items.entries()) {
    say(`[${index + 1}/${items.length}] ${item.suite} ${item.name}`);
    const result = await measure(item, engines, pace);
    for (const contender of result.contenders) say(`    ${progress(contender, item)}`);
    results.push(result);
  }
  return {
    started,
    finished: new Date().toISOString(),
    machine,
    load: { start, end: loadAverage() },
    pace,
    engines: engines.map(({ name, description }) => ({ name, description })),
    items: results.map((result) => ({ ...result, ratios: ratios(result) })),
  };
}

function progress({ name, state, reason, rate, milliseconds }: ContenderResult, { unit }: BenchItem): string {
  if (rate === undefined || milliseconds === undefined) return `${name}: ${state}: ${reason ?? ''}`;
  return `${name}: ${rate.toPrecision(3)} ${unit}, spread ${(100 * milliseconds.spread).toFixed(1)} %`;
}

async function save(folder: string, report: Report, markdown: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stem = join(folder, `${report.started.slice(0, 19).replaceAll(':', '-')}-node-${report.machine.node}`);
  await writeFile(`${stem}.json`, `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(`${stem}.md`, markdown);
  say(`written: ${stem}.json and .md`);
}

async function main(): Promise<number> {
  try {
    const options = parseCommandLine(process.argv.slice(2));
    if (!options.help) return await run(options);
    process.stdout.write(help);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof UnsupportedError)) throw error;
    say(error.message);
    if (error instanceof UsageError) say('npm run bench -- --help lists the options');
    return 2;
  }
}

process.exitCode = await main();
