import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));
// Node 20 has relaxed SIMD only behind this flag, and newer versions refuse the flag.
const relaxedSimd = process.versions.node.startsWith('20.') ? ['--experimental-wasm-relaxed-simd'] : [];

export default defineConfig({
  resolve: {
    alias: [
      { find: '@dlv/kernels/backend-kit', replacement: source('kernels/src/backend-kit.ts') },
      { find: '@dlv/kernels/conformance', replacement: source('kernels/src/conformance/index.ts') },
      {
        find: /^@dlv\/(kernels|webgpu|attention|vae|gan-dynamics|complexity)$/,
        replacement: source('$1/src/index.ts'),
      },
    ],
  },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    execArgv: relaxedSimd,
    testTimeout: 60_000,
  },
});
