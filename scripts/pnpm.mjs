// Runs the pinned pnpm with no global install: `node scripts/pnpm.mjs <args>`.
// Installs the workspace first when node_modules is missing, foreign or older than the lockfile.
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(`DLV needs Node 20 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const underPnpm = /^pnpm\//.test(process.env.npm_config_user_agent ?? '');
// pnpm runs our postinstall too; installing again from inside would never end.
if (underPnpm && args[0] === 'install') process.exit(0);

const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const npm = process.env.npm_execpath
  ? [process.execPath, process.env.npm_execpath]
  : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
const viaNpm = ['exec', '--yes', `--package=${packageManager.split('+')[0]}`, '--', 'pnpm'];
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', npm_config_update_notifier: 'false' };

function pnpm(...command) {
  const [program, ...rest] = [...npm, ...(underPnpm ? [] : viaNpm), ...command];
  const { status, error } = spawnSync(program, rest, { cwd: root, stdio: 'inherit', env });
  if (error) console.error(`Could not start ${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const modified = (path) => statSync(root + path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (modified('node_modules/.modules.yaml') < modified('pnpm-lock.yaml')) pnpm('install', '--frozen-lockfile');
if (args[0] !== 'install') pnpm(...args);
