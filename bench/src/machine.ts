import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';

/** Where and on what a run took place. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** Flags of the Node process. */
  readonly nodeFlags: readonly string[];
  /** Whether this engine accepts relaxed SIMD. */
  readonly relaxedSimd: boolean;
  readonly dlv: string;
  /** Commit of the source, with '+' where files differ from it; absent outside a git checkout. */
  readonly commit?: string;
}

/** (func (result v128) (f32x4.relaxed_madd ...)) on three zero vectors: valid only where relaxed SIMD is. */
const relaxedSimdModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11],
);

const hasRelaxedSimd = (): boolean => WebAssembly.validate(relaxedSimdModule);

export function describeMachine(): Machine {
  const processors = cpus();
  const commit = gitCommit();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    platform: `${platform()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    nodeFlags: process.execArgv,
    relaxedSimd: hasRelaxedSimd(),
    dlv: kernelsVersion(),
    ...(commit ? { commit } : {}),
  };
}

/** The one-minute load average: how busy the machine was with anything. */
export const loadAverage = (): number => loadavg()[0] ?? Number.NaN;

function kernelsVersion(): string {
  const file = createRequire(import.meta.url).resolve('@dlv/kernels/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function gitCommit(): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', ['--no-optional-locks', ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') ? '+' : '');
  } catch {
    // No git, or no checkout: the report goes without.
    return undefined;
  }
}
