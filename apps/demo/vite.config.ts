import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import pages from './pages.json' with { type: 'json' };

// DLV_SOURCE=1 takes the packages from their sources, for work on them and the demo together; otherwise their builds.
const fromSource = process.env.DLV_SOURCE === '1';
const local = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Shared memory, and with it threads, needs a cross-origin isolated page.
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  // Relative addresses: the built folder works under any path.
  base: './',
  resolve: {
    alias: fromSource ? [{ find: /^@dlv\/([a-z-]+)$/, replacement: local('../../packages/$1/src/index.ts') }] : [],
  },
  server: { headers },
  preview: { headers },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Fonts stay files: inlined ones would be fetched by every page whether used or not.
    assetsInlineLimit: 0,
    rollupOptions: { input: pages.map(({ path }) => local(`.${path}`)) },
  },
});
