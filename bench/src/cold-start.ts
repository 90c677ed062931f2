// `npm run bench -- --cold-start`: how long a new process takes from the import to its first result. Each sample is a
// process of its own; programs take turns, one that imports nothing among them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ColdStart, type ProgramName, programs } from './first-result.js';
import { describeMachine, loadAverage } from './machine.js';
import { summarize } from './statistics.js';

const self = fileURLToPath(import.meta.url);
const names = Object.keys(programs) as ProgramName[];

interface Sample extends ColdStart {
  /** Of the whole process, from spawning it to its end. */
  readonly process: number;
}

/** One sample in a new process with the flags of this one. */
function sample(name: ProgramName): Sample {
  const start = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, [...process.execArgv, self, '--program', name], {
    encoding: 'utf8',
  });
  const elapsed = performance.now() - start;
  if (status !== 0) throw new Error(`cold start: ${name} ended with ${status}: ${stderr}`);
  return { ...(JSON.parse(stdout) as ColdStart), process: elapsed };
}

function measure(rounds: number): Map<ProgramName, Sample[]> {
  const samples = new Map<ProgramName, Sample[]>(names.map((name) => [name, []]));
  // The first round fills the file cache and does not count.
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const taken = sample(name);
      if (round >= 0) samples.get(name)?.push(taken);
    }
  }
  return samples;
}

const steps = [
  ['imported', 'modules'],
  ['created', 'backend'],
  ['finished', 'first result'],
  ['process', 'whole process'],
] as const;

function render(samples: Map<ProgramName, Sample[]>, rounds: number): string {
  const { cpu, cores, node, nodeFlags, dlv } = describeMachine();
  const cell = (taken: readonly Sample[], step: keyof Sample) => {
    const { median, lowerQuartile, upperQuartile } = summarize(taken.map((one) => one[step]));
    return median === 0 ? '' : `${median.toFixed(1)} (${lowerQuartile.toFixed(1)} - ${upperQuartile.toFixed(1)})`;
  };
  const rows = [...samples].map(([name, taken]) => [name, ...steps.map(([step]) => cell(taken, step))]);
  return [
    '# From import to first result',
    '',
    `- ${cpu}, ${cores} cores; Node ${node} ${nodeFlags.join(' ')}; DLV ${dlv}; load average ${loadAverage().toFixed(2)}`,
    `- milliseconds, median (quartiles) of ${rounds} new processes each, taking turns; the first three columns count from`,
    '  before the import, the last from spawning the process; the result is the softmax of two numbers',
    '',
    `| program | ${steps.map(([, title]) => title).join(' | ')} |`,
    `| --- | ${steps.map(() => '---:').join(' | ')} |`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const [option, value] = args;
  if (option === '--program') {
    const program = programs[value as ProgramName];
    process.stdout.write(JSON.stringify(await program()));
    return 0;
  }
  if (args.length > 1 || (option !== undefined && option !== '--quick')) {
    process.stderr.write(`--cold-start goes with --quick, --node and --no-relaxed alone, got ${args.join(' ')}\n`);
    return 2;
  }
  const rounds = option === '--quick' ? 3 : 21;
  process.stdout.write(render(measure(rounds), rounds));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
