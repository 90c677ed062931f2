// Packs every package as it would be published, lints the tarballs, installs them in an empty folder and runs the
// programs of test/consumers there: exact standard output, empty standard error, exit code 0.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n');
  // Peers are left out: @dlv/webgpu must load without them and say what it needs.
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', ...tarballs];
  const { ok, stdout, stderr } = run('npm', args, folder);
  if (!ok) throw new Error(`npm install of the tarballs failed:\n${stdout}${stderr}`);
  cpSync(consumers, folder, { recursive: true });
}

/** `@dlv/kernels` has .wasm files among its entry points, which hold no types. */
const withoutWasm = ['--exclude-entrypoints', 'simd.wasm', 'relaxed.wasm'];

export async function packCheck() {
  const scratch = mkdtempSync(join(tmpdir(), 'dlv-pack-'));
  const result = { passed: 0, failed: 0 };
  const expect = (name, ok, detail) => {
    result[ok ? 'passed' : 'failed']++;
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}`);
    if (!ok) console.error(detail);
  };
  try {
    const packed = join(scratch, 'tarballs');
    mkdirSync(packed);
    const tarballs = pack(packed);
    for (const tarball of tarballs) {
      const name = tarball.split(/[\\/]/).at(-1);
      const lint = run('publint', ['--strict', tarball], root);
      expect(`publint ${name}`, lint.ok, lint.stdout + lint.stderr);
      const types = run(
        'attw',
        [tarball, '--profile', 'node16', ...(name.startsWith('dlv-kernels') ? withoutWasm : [])],
        root,
      );
      expect(`types of ${name} resolve`, types.ok, types.stdout + types.stderr);
    }
    const folder = join(scratch, 'consumer');
    installInto(folder, tarballs);
    const expected = readFileSync(join(consumers, 'expected.txt'), 'utf8');
    for (const program of readdirSync(consumers)
      .filter((file) => /\.(mjs|cjs)$/.test(file))
      .sort()) {
      const { ok, stdout, stderr } = run(process.execPath, [program], folder);
      const right = ok && stdout === expected && stderr === '';
      expect(
        `consumer ${program}`,
        right,
        `exit ok: ${ok}\nstdout:\n${stdout}expected:\n${expected}stderr:\n${stderr}`,
      );
    }
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
