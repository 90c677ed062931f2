import { checkOptions } from '@dlv/kernels/backend-kit';
import { readStart } from './analyze.js';
import { checkCount } from './arguments.js';
import { checkGame, type Game, type Point, payoff } from './game.js';
import { checkMethod, iterate, type Method } from './method.js';

export interface TrajectoryRow extends Point {
  readonly t: number;
  /** f(p, q) */
  readonly f: number;
}

export interface TrajectoryTable {
  readonly rows: readonly TrajectoryRow[];
  /** The table as the assignment prints it, one line each for t, q, p and f, in aligned columns. */
  toText(): string;
  /** The same as a Markdown table. */
  toMarkdown(): string;
}

// -0 is a possible state and would print as 0 in one place and -0 in another.
const cell = (value: number): string => String(Number(value.toPrecision(6)) + 0);

/**
 * The states t = 0 .. steps of one trajectory, by the definition itself in float64: the assignment's table 4.1 for
 * `trajectoryTable(bilinear(), alternatingGDA())`. For many or long trajectories use `simulate`.
 * @throws ValueError on a bad game, method, start or number of steps (at most 100000).
 */
export function trajectoryTable(
  game: Game,
  method: Method,
  options: { start?: Point; steps?: number } = {},
): TrajectoryTable {
  const fn = 'trajectoryTable';
  checkGame(fn, game);
  checkMethod(fn, method);
  checkOptions(fn, options, ['start', 'steps']);
  const steps = checkCount(fn, 'steps', options.steps ?? 6, 0);
  let point = readStart(fn, options.start);
  const rows: TrajectoryRow[] = [];
  for (let t = 0; t <= steps; t++) {
    rows.push({ t, ...point, f: payoff(game, point) });
    point = iterate(game, method, point);
  }
  const lines = (['t', 'q', 'p', 'f'] as const).map((name) => [name, ...rows.map((row) => cell(row[name]))]);
  const widths = rows.map((_, column) => Math.max(...lines.map((line) => (line[column + 1] as string).length)));
  const padded = lines.map(([name, ...cells]) => [name, ...cells.map((text, i) => text.padStart(widths[i] as number))]);
  return {
    rows,
    toText: () => padded.map((line) => line.join('  ')).join('\n'),
    toMarkdown: () => {
      const text = padded.map((line) => `| ${line.join(' | ')} |`);
      text.splice(1, 0, `| - | ${widths.map((width) => `${'-'.repeat(Math.max(width - 1, 1))}:`).join(' | ')} |`);
      return text.join('\n');
    },
  };
}
