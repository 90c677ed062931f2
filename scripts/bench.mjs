// `npm run bench`: builds what is not built yet and measures it beside its rivals. `npm run bench -- --help` lists the options.
// `--node`, `--no-relaxed` and `--cold-start` are about the process itself and handled here; the rest goes to
// bench/src/main.ts, or to bench/src/cold-start.ts.
import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const where = process.env.INIT_CWD ?? process.cwd();

function refuse(message) {
  console.error(`${message}\nnpm run bench -- --help lists the options`);
  process.exit(2);
}

function take() {
  const rest = [];
  let node = process.execPath;
  let relaxed = true;
  let program = 'main';
  const args = process.argv.slice(2);
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i].startsWith('--') ? args[i].split(/=(.*)/s) : [args[i]];
    const value = () => inline ?? args[++i] ?? refuse(`${name}: needs a path`);
    if (name === '--node') node = resolve(where, value());
    else if (name === '--out') rest.push('--out', resolve(where, value()));
    else if (name === '--no-relaxed' && inline === undefined) relaxed = false;
    else if (name === '--cold-start' && inline === undefined) program = 'cold-start';
    // What `npm run bench -- ...` passes on through pnpm.
    else if (args[i] !== '--') rest.push(args[i]);
  }
  return { node, relaxed, program, rest };
}

/** Node 20 has relaxed SIMD behind a flag; newer versions have it always and refuse the flag. */
function flagsFor(node, relaxed) {
  const { stdout, status } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (status !== 0) refuse(`--node: ${node} does not run`);
  const behindFlag = stdout.startsWith('v20.');
  if (!relaxed && !behindFlag) {
    refuse(`--no-relaxed: Node ${stdout.trim()} always has relaxed SIMD; use --backend wasm-reproducible instead`);
  }
  return behindFlag && relaxed ? ['--experimental-wasm-relaxed-simd'] : [];
}

const { node, relaxed, program, rest } = take();
const flags = flagsFor(node, relaxed);
console.error('building ...');
const build = spawnSync('turbo', ['run', 'build', '--filter=@dlv/bench...', '--output-logs=errors-only'], {
  cwd: root,
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
if (build.status !== 0) {
  console.error(build.stdout, build.stderr, build.error?.message ?? '');
  process.exit(build.status ?? 1);
}
const bench = spawn(node, [...flags, `bench/dist/${program}.js`, ...rest], { cwd: root, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => bench.kill(signal));
bench.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
