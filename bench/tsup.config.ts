import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { defineConfig } from 'tsup';

const asc = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');

/** The limit loop with separate and with fused multiply-adds. */
const flavours = { simd: ['simd'], relaxed: ['simd', 'relaxed-simd'] };

export default defineConfig({
  entry: ['src/main.ts', 'src/cold-start.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  splitting: true,
  clean: true,
  treeshake: true,
  async onSuccess() {
    for (const [flavour, features] of Object.entries(flavours)) {
      const args = ['limit/fma.ts', '--outFile', `dist/fma-${flavour}.wasm`, '-O3', '--noAssert', '--runtime', 'stub'];
      const { status } = spawnSync(
        process.execPath,
        [asc, ...args, ...features.flatMap((name) => ['--enable', name])],
        {
          stdio: 'inherit',
        },
      );
      if (status !== 0) throw new Error(`asc could not compile limit/fma.ts for ${flavour}`);
    }
  },
});
