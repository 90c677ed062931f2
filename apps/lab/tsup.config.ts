import { defineConfig } from 'tsup';

// An app, not a package: Node only, ESM only, no types; the @dlv packages stay imports of their built entries.
export default defineConfig({
  entry: ['src/index.ts', 'src/main.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  splitting: true,
  clean: true,
  treeshake: true,
});
