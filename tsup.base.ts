import { defineConfig, type Options } from 'tsup';

/** The build every published package shares: ESM + CJS + types, ES2022, no platform assumed. */
export const library = (options: Options = {}) =>
  defineConfig({
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    dts: true,
    target: 'es2022',
    platform: 'neutral',
    splitting: true,
    clean: true,
    treeshake: true,
    ...options,
  });
