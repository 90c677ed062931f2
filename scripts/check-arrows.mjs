// Checks who imports whom: the arrows of ARCHITECTURE.md, public entry points only, tfjs in webgpu and bench alone.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** For each room, the folders its code lies in and the packages that code may import at run time. */
const rooms = {
  'packages/kernels': { code: ['src', 'assembly'], allowed: ['assemblyscript'] },
  'packages/webgpu': {
    code: ['src'],
    allowed: ['@dlv/kernels', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu'],
  },
  'packages/attention': { code: ['src'], allowed: ['@dlv/kernels'] },
  'packages/vae': { code: ['src'], allowed: ['@dlv/kernels'] },
  'packages/gan-dynamics': { code: ['src'], allowed: ['@dlv/kernels'] },
  'packages/complexity': { code: ['src'], allowed: [] },
  'apps/lab': { code: ['src'], allowed: ['@dlv/*', 'node:*'] },
  'apps/demo': { code: ['src'], allowed: ['@dlv/*', 'katex'] },
  bench: {
    code: ['src', 'suites', 'rivals', 'limit'],
    allowed: ['@dlv/*', '@tensorflow/*', 'onnxruntime-web', 'node:*'],
  },
};

const importPattern = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

function* sources(folder) {
  let entries = [];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'generated') yield* sources(path);
    else if (/\.(ts|mts|js|mjs)$/.test(entry.name)) yield path;
  }
}

const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const matches = (specifier, pattern) =>
  pattern.endsWith('*') ? specifier.startsWith(pattern.slice(0, -1)) : packageOf(specifier) === pattern;

const faults = [];
for (const [room, { code, allowed }] of Object.entries(rooms)) {
  for (const file of code.flatMap((folder) => [...sources(join(root, room, folder))])) {
    const where = relative(root, file);
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(importPattern)) {
      if (specifier.startsWith('.')) {
        const target = resolve(dirname(file), specifier);
        if (relative(join(root, room), target).startsWith('..'))
          faults.push(`${where} reaches outside ${room}: ${specifier}`);
      } else if (!allowed.some((pattern) => matches(specifier, pattern))) {
        faults.push(`${where} may not import ${specifier}`);
      } else if (specifier.startsWith('@dlv/') && !isEntryPoint(specifier)) {
        faults.push(`${where} imports ${specifier}, which is no entry point`);
      }
    }
  }
}

function isEntryPoint(specifier) {
  const folder = packageOf(specifier).slice('@dlv/'.length);
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'));
  return `.${specifier.slice(packageOf(specifier).length)}` in exports;
}

for (const fault of faults) console.error(fault);
console.log(`arrows: ${faults.length === 0 ? 'all point the right way' : `${faults.length} wrong`}`);
process.exit(faults.length === 0 ? 0 : 1);
