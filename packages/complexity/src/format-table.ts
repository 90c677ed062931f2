import type { Analysis } from './analyze.js';
import type { Comparison, ComparisonTable } from './compare.js';
import type { Crossover } from './crossover.js';
import { ComplexityError, requireChoice, show } from './errors.js';
import type { Parallelism } from './parallelism.js';

/** What can be shown as a table. */
export type Tabular = Comparison | Analysis | Crossover | Parallelism;

interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** Digits grouped by three for whole numbers, six significant digits for others. */
function number(value: number): string {
  if (Number.isSafeInteger(value)) return value.toString().replace(/\B(?=(\d{3})+$)/g, ' ');
  return String(Number(value.toPrecision(6)));
}

function comparisonTable({ id, title, rows }: ComparisonTable): Table {
  const valued = rows.some((row) => row.number !== undefined);
  return {
    title: `Table ${id}. ${title}`,
    head: [
      'architecture',
      'phase',
      'counted',
      'claim',
      'exact',
      'order',
      ...(valued ? ['claim at sizes', 'exact at sizes'] : []),
      'verdict',
      'reason',
    ],
    rows: rows.map((row) => [
      row.architecture,
      row.phase,
      row.reading,
      `${row.claim}`,
      `${row.exact}`,
      row.order,
      ...(row.number === undefined || row.claimNumber === undefined
        ? []
        : [number(row.claimNumber), number(row.number)]),
      row.verdict,
      row.reason,
    ]),
    notes: [],
  };
}

const quantities = [
  ['parameters', 'parameters'],
  ['macs', 'MAC'],
  ['flops', 'FLOP'],
  ['activations', 'activations, elements'],
  ['weights', 'weights, elements'],
  ['sequentialSteps', 'sequential steps'],
  ['maximumPathLength', 'maximum path length'],
] as const;

function analysisTable(analysis: Analysis): Table {
  const { numbers } = analysis;
  const at = (value: number | undefined): string[] => (value === undefined ? [] : [number(value)]);
  const way = analysis.generation === 'none' ? '' : `, generation ${analysis.generation}`;
  return {
    title: `${analysis.architecture}, ${analysis.phase}${way}`,
    head: ['quantity', 'exact', 'order', ...(numbers ? ['at sizes'] : [])],
    rows: [
      ...quantities.map(([key, name]) => [name, `${analysis[key]}`, analysis.orders[key], ...at(numbers?.[key])]),
      ['critical path, operations', analysis.span.formula, '', ...at(numbers?.span)],
    ],
    notes: analysis.notCounted.map((item) => `not counted: ${item}`),
  };
}

function crossoverTable({ symbol, regions }: Crossover): Table {
  return {
    title: `Crossover in ${symbol}`,
    head: ['where', 'cheaper'],
    rows: regions.map(({ where, cheaper }) => [where, cheaper]),
    notes: [],
  };
}

function parallelismTable(result: Parallelism): Table {
  const both = [result.rnn, result.transformer];
  return {
    title: 'Parallelism',
    head: [
      'architecture',
      'work, FLOP',
      'sequential steps',
      'critical path',
      'work / path',
      'added by doubling t, l, n',
    ],
    rows: both.map(({ architecture, work, sequentialSteps, sequentialStepsFormula, span, parallelism, blocks }) => [
      architecture,
      number(work.toNumber()),
      `${sequentialStepsFormula} = ${number(sequentialSteps)}`,
      number(span),
      number(parallelism),
      (['t', 'l', 'n'] as const).map((symbol) => number(blocks.addedByDoubling[symbol])).join(', '),
    ]),
    notes: both.map(({ architecture, blocks }) => `${architecture}: ${blocks.dependency}`),
  };
}

function tablesOf(result: Tabular): Table[] {
  if (result !== null && typeof result === 'object') {
    if ('tables' in result) return result.tables.map(comparisonTable);
    if ('regions' in result) return [crossoverTable(result)];
    if ('transformer' in result) return [parallelismTable(result)];
    if ('notCounted' in result) return [analysisTable(result)];
  }
  throw new ComplexityError(
    `formatTable: result is ${show(result)}, expected what compare, analyze, crossover or parallelism returns`,
  );
}

function text({ title, head, rows, notes }: Table): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [title, '', line(head), rule, ...rows.map(line), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

function markdown({ title, head, rows, notes }: Table): string {
  // A product of symbols would read as emphasis, a bar as the end of a cell.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/[*|_]/g, '\\$&')).join(' | ')} |`;
  const rule = `| ${head.map(() => '---').join(' | ')} |`;
  const below = notes.map((note) => `- ${note.replace(/[*|_]/g, '\\$&')}`);
  return [`**${title}**`, '', line(head), rule, ...rows.map(line), ...(below.length > 0 ? ['', ...below] : [])].join(
    '\n',
  );
}

/**
 * The result of `compare`, `analyze`, `crossover` or `parallelism` as text in aligned columns or as Markdown; several tables
 * are parted by an empty line.
 * @throws ComplexityError for another format or another result.
 */
export function formatTable(result: Tabular, format: 'text' | 'markdown'): string {
  const chosen = requireChoice('formatTable', 'format', format, ['text', 'markdown'] as const);
  return tablesOf(result)
    .map(chosen === 'text' ? text : markdown)
    .join('\n\n');
}
