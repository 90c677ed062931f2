// The main job: builds what is not built yet, prints the lab report, serves the demo. `npm start -- --help` lists the options.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { relaxedSimdFlags } from './node-flags.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
console.error('building ...');
const build = spawnSync(
  'turbo',
  ['run', 'build', '--filter=@dlv/lab...', '--filter=@dlv/demo...', '--output-logs=errors-only'],
  {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  },
);
if (build.status !== 0) {
  console.error(build.stdout, build.stderr, build.error?.message ?? '');
  process.exit(build.status ?? 1);
}
const lab = spawn(process.execPath, [...relaxedSimdFlags, 'apps/lab/dist/main.js', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => lab.kill(signal));
lab.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
