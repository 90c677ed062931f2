import { parseArgs } from 'node:util';
import { type RivalName, rivalNames } from '../rivals/index.js';
import { suites } from '../suites/index.js';
import { type BackendName, backendNames } from './dlv.js';
import type { SuiteName } from './work.js';

export const suiteNames = Object.keys(suites) as SuiteName[];

export const help = `Measures DLV beside its rivals, one thread for all unless said, and checks every result before timing it.

Usage: npm run bench -- [options]

  --suite LIST     ${suiteNames.join(',')} (default: all)
  --backend LIST   ${backendNames.join(',')} (default: wasm,wasm-reproducible)
  --threads LIST   numbers of threads of DLV's WebAssembly backends, as in 1,2 (default: 1); rivals always have one
  --rivals LIST    ${rivalNames.join(',')}, or none (default: all)
  --filter REGEX   only work whose "suite name" matches, as in --filter 'gemm square'
  --quick          few short rounds on the two smallest shapes of each suite: shows that it runs, not how fast
  --out DIR        where the JSON and Markdown files go (default: bench/results)
  --no-relaxed     Node 20 only: run without relaxed SIMD (fused multiply-add)
  --node PATH      run with this Node binary
  --cold-start     instead of all this: the time a new process takes to its first result; --quick and --node apply
  --help           this text

Progress goes to standard error, the tables to standard output.
Exit code: 0 done, 1 a DLV result was wrong or missing, 2 an option cannot be used.
`;

/** What the command line asked for. */
export interface BenchOptions {
  readonly suites: readonly SuiteName[];
  readonly backends: readonly BackendName[];
  /** Numbers of threads of the WebAssembly backends. */
  readonly threads: readonly number[];
  readonly rivals: readonly RivalName[];
  readonly filter: RegExp | undefined;
  readonly quick: boolean;
  /** undefined: the default folder. */
  readonly out: string | undefined;
  readonly help: boolean;
}

/** A command line that cannot be used; the text says what was expected. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Reads the command line. @throws UsageError. */
export function parseCommandLine(args: readonly string[]): BenchOptions {
  const values = read(args);
  const chosenRivals = values.rivals === 'none' ? [] : list('--rivals', values.rivals, rivalNames, rivalNames);
  return {
    suites: list('--suite', values.suite, suiteNames, suiteNames),
    backends: list('--backend', values.backend, backendNames, ['wasm', 'wasm-reproducible']),
    threads: (values.threads ?? '1').split(',').map(threadCount),
    rivals: chosenRivals,
    filter: values.filter === undefined ? undefined : pattern(values.filter),
    quick: values.quick ?? false,
    out: values.out,
    help: values.help ?? false,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        suite: { type: 'string' },
        backend: { type: 'string' },
        threads: { type: 'string' },
        rivals: { type: 'string' },
        filter: { type: 'string' },
        quick: { type: 'boolean' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Only the first sentence: the rest of Node's text explains '--' to programmers.
    throw new UsageError(error instanceof Error ? error.message.split('. ')[0] : String(error));
  }
}

function list<Name extends string>(
  option: string,
  value: string | undefined,
  known: readonly Name[],
  standard: readonly Name[],
): readonly Name[] {
  if (value === undefined) return standard;
  return value.split(',').map((given) => {
    const name = known.find((candidate) => candidate === given.trim());
    if (name === undefined) throw new UsageError(`${option}: '${given}' is not one of ${known.join(', ')}`);
    return name;
  });
}

/** The kernels' own limit is checked where a backend is created. */
function threadCount(given: string): number {
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1) {
    throw new UsageError(`--threads: '${given}' is not a whole number from 1`);
  }
  return count;
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source, 'i');
  } catch (error) {
    throw new UsageError(`--filter: ${error instanceof Error ? error.message : String(error)}`);
  }
}
