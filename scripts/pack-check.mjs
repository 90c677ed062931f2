// Packs every package as it would be published, lints the tarballs, installs them in an empty folder and runs the
// programs of test/consumers there, in Node, bundled by esbuild, Vite and webpack, and in workerd: exact output, empty
// standard error, exit code 0.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const consumers = join(root, 'test', 'consumers');
const shell = process.platform === 'win32';

const run = (command, args, cwd) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', shell });
  return { ok: status === 0, stdout: stdout ?? '', stderr: (stderr ?? '') + (error?.message ?? '') };
};

function pack(into) {
  for (const name of readdirSync(join(root, 'packages'))) {
    const { ok, stdout, stderr } = run('pnpm', ['pack', '--pack-destination', into], join(root, 'packages', name));
    if (!ok) throw new Error(`pnpm pack failed in packages/${name}:\n${stdout}${stderr}`);
  }
  return readdirSync(into).map((file) => join(into, file));
}

function installInto(folder, tarballs) {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }\n');
  // Peers are left out: @dlv/webgpu must load without them and say what it needs.
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', ...tarballs];
  const { ok, stdout, stderr } = run('npm', args, folder);
  if (!ok) throw new Error(`npm install of the tarballs failed:\n${stdout}${stderr}`);
  cpSync(consumers, folder, { recursive: true });
}

/** `@dlv/kernels` has .wasm files among its entry points, which hold no types. */
const withoutWasm = [
  '--exclude-entrypoints',
  ...['simd.wasm', 'relaxed.wasm', 'simd-shared.wasm', 'relaxed-shared.wasm'],
];

/** Bundles the ESM consumer by each bundler into one runnable program; resolves to its path in `folder`. */
const bundlers = {
  async esbuild(folder) {
    const { build } = await import('esbuild');
    const outfile = join(folder, 'out-esbuild', 'main.mjs');
    // tfjs is a peer that @dlv/webgpu loads when it is asked for a backend.
    await build({
      entryPoints: [join(folder, 'node-esm.mjs')],
      outfile,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      external: ['@tensorflow/*'],
      logLevel: 'error',
    });
    return outfile;
  },
  async vite(folder) {
    const { build } = await import('vite');
    const outDir = join(folder, 'out-vite');
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      build: {
        outDir,
        target: 'es2022',
        modulePreload: false,
        rollupOptions: {
          input: join(folder, 'node-esm.mjs'),
          external: /^@tensorflow\//,
          output: { entryFileNames: 'main.mjs', format: 'es' },
        },
      },
    });
    return join(outDir, 'main.mjs');
  },
  async webpack(folder) {
    const { default: webpack } = await import('webpack');
    const path = join(folder, 'out-webpack');
    const stats = await new Promise((resolve, reject) => {
      const options = {
        mode: 'production',
        context: folder,
        entry: './node-esm.mjs',
        target: ['web', 'es2022'],
        externals: /^@tensorflow\//,
        externalsType: 'import',
        experiments: { outputModule: true },
        output: {
          path,
          filename: 'main.mjs',
          module: true,
          chunkFormat: 'module',
          chunkLoading: 'import',
          publicPath: './',
        },
      };
      webpack(options, (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
    return join(path, 'main.mjs');
  },
};

/** Runs the program in Cloudflare's runtime, which compiles no WebAssembly from bytes: the `workerd` condition is what works there. */
async function inWorkerd(folder) {
  const { build } = await import('esbuild');
  const out = join(folder, 'out-workerd');
  await build({
    entryPoints: [join(folder, 'shared', 'workerd.mjs')],
    outdir: out,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]',
    external: ['@tensorflow/*'],
    logLevel: 'error',
  });
  const wasm = readdirSync(out).filter((file) => file.endsWith('.wasm'));
  const modules = [
    '(name = "workerd.js", esModule = embed "workerd.js")',
    ...wasm.map((file) => `(name = "./${file}", wasm = embed "${file}")`),
  ];
  writeFileSync(
    join(out, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (modules = [${modules.join(', ')}], compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  // The package's command is a script that does not hand on file descriptors; its main module names the program itself.
  const { default: program } = createRequire(import.meta.url)('workerd');
  const server = spawn(program, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: out,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let stderr = '';
  server.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  try {
    const port = await new Promise((resolve, reject) => {
      server.stdio[3].on('data', (chunk) => {
        for (const line of String(chunk).split('\n').filter(Boolean)) {
          const event = JSON.parse(line);
          if (event.event === 'listen') resolve(event.port);
        }
      });
      server.on('error', reject);
      server.on('exit', (code) => reject(new Error(`workerd ended with ${code}: ${stderr}`)));
      setTimeout(() => reject(new Error(`workerd did not start: ${stderr}`)), 30_000).unref();
    });
    const response = await fetch(`http://127.0.0.1:${port}/`);
    return { ok: response.ok, stdout: await response.text(), stderr };
  } finally {
    server.kill();
  }
}

export async function packCheck() {
  const scratch = mkdtempSync(join(tmpdir(), 'dlv-pack-'));
  const result = { passed: 0, failed: 0 };
  const report = (name, ok, detail) => {
    result[ok ? 'passed' : 'failed']++;
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}`);
    if (!ok) console.error(detail);
  };
  const expected = readFileSync(join(consumers, 'expected.txt'), 'utf8');
  const consumer = async (name, run) => {
    try {
      const { ok, stdout, stderr } = await run();
      const detail = `exit ok: ${ok}\nstdout:\n${stdout}expected:\n${expected}stderr:\n${stderr}`;
      report(`consumer ${name}`, ok && stdout === expected && stderr === '', detail);
    } catch (error) {
      report(`consumer ${name}`, false, error);
    }
  };
  try {
    const packed = join(scratch, 'tarballs');
    mkdirSync(packed);
    const tarballs = pack(packed);
    for (const tarball of tarballs) {
      const name = tarball.split(/[\\/]/).at(-1);
      const lint = run('publint', ['--strict', tarball], root);
      report(`publint ${name}`, lint.ok, lint.stdout + lint.stderr);
      const types = run(
        'attw',
        [tarball, '--profile', 'node16', ...(name.startsWith('dlv-kernels') ? withoutWasm : [])],
        root,
      );
      report(`types of ${name} resolve`, types.ok, types.stdout + types.stderr);
    }
    const folder = join(scratch, 'consumer');
    installInto(folder, tarballs);
    const inNode = (program) => run(process.execPath, [program], folder);
    for (const program of ['node-esm.mjs', 'node-cjs.cjs', 'worker.mjs'])
      await consumer(program, () => inNode(program));
    for (const [name, bundle] of Object.entries(bundlers))
      await consumer(name, async () => inNode(await bundle(folder)));
    await consumer('workerd', () => inWorkerd(folder));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await packCheck();
  console.log(`packed packages: ${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
