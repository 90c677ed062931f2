import type { ContenderResult, ItemResult, Pace } from './harness.js';
import type { Machine } from './machine.js';

/** Everything one run found, as it is written to the JSON file. */
export interface Report {
  readonly started: string;
  readonly finished: string;
  readonly machine: Machine;
  /** One-minute load averages. The bench itself is about 1. */
  readonly load: { readonly start: number; readonly end: number };
  readonly pace: Pace;
  readonly engines: readonly { readonly name: string; readonly description: string }[];
  readonly items: readonly (ItemResult & { readonly ratios: Ratios })[];
}

/** For each DLV contender: its rate over that of every rival contender, by name. */
export type Ratios = Readonly<Record<string, Readonly<Record<string, number>>>>;

const timedRates = (contenders: readonly ContenderResult[], kind: ContenderResult['kind']) =>
  contenders.flatMap((contender) =>
    contender.kind === kind && contender.rate !== undefined ? [{ name: contender.name, rate: contender.rate }] : [],
  );

export function ratios({ contenders }: ItemResult): Ratios {
  const rivals = timedRates(contenders, 'rival');
  const against = (rate: number) => Object.fromEntries(rivals.map((rival) => [rival.name, rate / rival.rate]));
  return Object.fromEntries(timedRates(contenders, 'dlv').map(({ name, rate }) => [name, against(rate)]));
}

/** Three significant digits, no exponent. */
const figure = (value: number): string => {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 12));
};
const error = (value: number | undefined) => (value === 0 ? '0' : (value?.toExponential(1) ?? ''));
const percent = (fraction: number | undefined) => (fraction === undefined ? '' : `${(100 * fraction).toFixed(0)} %`);
const times = (ratio: number | undefined) => (ratio === undefined ? '' : `${figure(ratio)}x`);
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], body: readonly (readonly string[])[]) =>
  [row(head), row(head.map((_, i) => (i < 2 ? '---' : '---:'))), ...body.map(row)].join('\n');

/** The report as Markdown: the machine, a summary per suite, every contender in detail. */
export function renderMarkdown(report: Report): string {
  const suites = [...new Set(report.items.map(({ suite }) => suite))];
  const parts = [
    '# DLV beside its rivals',
    renderMachine(report),
    ...suites.flatMap((suite) => {
      const items = report.items.filter((item) => item.suite === suite);
      return [`## ${suite}`, summary(items), details(items)];
    }),
    '## How it was measured',
    explain(report.pace),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function renderMachine({ machine, load, started, engines }: Report): string {
  const flags = machine.nodeFlags.length > 0 ? machine.nodeFlags.join(' ') : 'no flags';
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${figure(machine.memoryBytes / 2 ** 30)} GiB, ${machine.platform}`,
    `Node ${machine.node}, V8 ${machine.v8}, ${flags}; relaxed SIMD: ${machine.relaxedSimd ? 'yes' : 'no'}`,
    `DLV ${machine.dlv}${machine.commit ? `, commit ${machine.commit}` : ''}; ${started}`,
    `load average ${load.start.toFixed(2)} at the start, ${load.end.toFixed(2)} at the end (the bench itself is 1)`,
    ...engines.map(({ name, description }) => `${name}: ${description}`),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

const unique = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];

/** One line per item and DLV backend: its rate, and how many times that of each rival's fastest variant it is. */
function summary(items: Report['items']): string {
  const all = items.flatMap(({ contenders }) => contenders);
  const ours = unique(all.filter(({ kind }) => kind === 'dlv').map(({ name }) => name));
  const rivals = unique(all.filter(({ kind }) => kind === 'rival').map(({ engine }) => engine));
  const threaded = all.some(({ oneThread }) => oneThread !== undefined);
  const threads = threaded ? ['to one thread'] : [];
  const head = ['work', 'backend', items[0]!.unit, 'of the limit', ...threads, ...rivals.map((name) => `to ${name}`)];
  const body = items.flatMap((item) =>
    ours.map((name, i) => {
      const own = item.contenders.find((contender) => contender.name === name);
      return [
        i === 0 ? item.name : '',
        name,
        own?.rate === undefined ? (own?.state ?? '') : figure(own.rate),
        percent(own?.fractionOfLimit),
        ...(threaded ? [times(ratioToOneThread(item, own))] : []),
        ...rivals.map((rival) => times(ratioToFastest(item, name, rival))),
      ];
    }),
  );
  return table(head, body);
}

function ratioToOneThread({ contenders }: ItemResult, own: ContenderResult | undefined): number | undefined {
  const single = contenders.find(({ name }) => name === own?.oneThread);
  return own?.rate === undefined || single?.rate === undefined ? undefined : own.rate / single.rate;
}

function ratioToFastest(
  { contenders, ratios }: Report['items'][number],
  ours: string,
  rival: string,
): number | undefined {
  const variants = contenders
    .filter(({ engine }) => engine === rival)
    .flatMap(({ name }) => ratios[ours]?.[name] ?? []);
  return variants.length > 0 ? Math.min(...variants) : undefined;
}

/** One line per contender, with the ratio of the first DLV backend's rate to it. */
function details(items: Report['items']): string {
  const leaderName = items.flatMap(({ contenders }) => contenders).find(({ kind }) => kind === 'dlv')?.name ?? '';
  const unit = items[0]!.unit;
  const head = [
    'work',
    'contender',
    'median ms',
    'quartiles',
    'fastest',
    'samples',
    unit,
    'of the limit',
    leaderName ? `${leaderName} is` : '',
    'max error',
    'allowed',
  ];
  return table(
    head,
    items.flatMap(({ name, contenders }) => {
      const leader = contenders.find((contender) => contender.name === leaderName);
      return contenders.map((contender, i) => [i === 0 ? name : '', ...detail(contender, standing(leader, contender))]);
    }),
  );
}

/** How many times the leader's rate another contender's is, or how much longer the whole takes than a part of it. */
function standing(leader: ContenderResult | undefined, { kind, name, rate, milliseconds }: ContenderResult): string {
  if (leader?.rate === undefined || leader.milliseconds === undefined || name === leader.name) return '';
  if (kind === 'part' && milliseconds) return `${figure(leader.milliseconds.median / milliseconds.median)}x as long`;
  return kind === 'limit' || rate === undefined ? '' : times(leader.rate / rate);
}

function detail(contender: ContenderResult, ratio: string): string[] {
  const { name, state, reason, milliseconds, repeats, rate, fractionOfLimit, maximumError, tolerance } = contender;
  if (milliseconds === undefined || rate === undefined)
    return [name, `${state}: ${reason ?? ''}`, '', '', '', '', '', '', '', ''];
  const { median, lowerQuartile, upperQuartile, minimum, samples } = milliseconds;
  return [
    name,
    figure(median),
    `${figure(lowerQuartile)} - ${figure(upperQuartile)}`,
    figure(minimum),
    `${samples} x ${repeats}`,
    figure(rate),
    percent(fractionOfLimit),
    ratio,
    error(maximumError),
    // '|' would end the table's cell.
    (tolerance ?? '').replaceAll('|', '\\|'),
  ];
}

const explain = ({ rounds, sampleTime, warmUpTime, budget }: Pace): string =>
  `One thread for every contender whose name gives no other number. Inputs are in place before the clock starts; a run computes and
frees its result, which attention-gradients, trajectories and onnxruntime-web read out as well.
Every result is checked against float64 first; one that is wrong is not timed. Warm-up lasts at least ${warmUpTime} ms and until
three batches agree within 5 %. Then ${rounds} rounds: each contender in turn, the order rotated, samples of ${sampleTime} ms or more; one
that has used ${budget} ms stops early. Rates are those of the median. "Of the limit" compares with the fastest loop of
multiply-adds on one core's registers alone, or with copying as many bytes, timed in the same rounds. "To X" is the rate over
that of X's fastest variant.`;
