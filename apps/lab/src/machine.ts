import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Backend } from '@dlv/kernels';
import type { Machine } from './report.js';

/** The machine and the engine the report is computed on. */
export function machine(backend: Backend): Machine {
  const { info } = backend;
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown processor',
    cores: availableParallelism(),
    memoryGiB: totalmem() / 2 ** 30,
    platform: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    backend: info.name,
    engine: info.engine,
    simd: info.simd,
    relaxedSimd: info.relaxedSimd,
    threads: info.threads,
  };
}

const packages = ['kernels', 'attention', 'vae', 'gan-dynamics', 'complexity'];

/** Versions of the packages that compute the report, read from the ones installed for this app. */
export function versions(): Record<string, string> {
  return Object.fromEntries(
    packages.map((name) => {
      const file = new URL(`../node_modules/@dlv/${name}/package.json`, import.meta.url);
      const { version }: { version?: string } = JSON.parse(readFileSync(file, 'utf8'));
      return [`@dlv/${name}`, version ?? 'unknown'];
    }),
  );
}
