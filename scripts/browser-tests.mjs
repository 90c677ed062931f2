// Runs in headless Chromium what only a browser can run: the WebGPU and WebAssembly conformance cases, and every page of the
// demo. `node scripts/browser-tests.mjs [--only conformance|demo]`; the demo has to be built.
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const demo = join(root, 'apps', 'demo', 'dist');
const pages = JSON.parse(readFileSync(join(root, 'apps', 'demo', 'pages.json'), 'utf8'));
const places = [
  process.env.DLV_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
// Without a GPU, --enable-unsafe-webgpu lets WebGPU run on SwiftShader, in software.
const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--no-first-run',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
};

/** Serves a folder to the browser alone, cross-origin isolated. */
async function serve(folder) {
  const server = createServer((request, response) => {
    const file = join(folder, normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname)));
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://localhost:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function buildConformance(into) {
  const source = (path) => join(root, 'packages', path);
  await build({
    root: source('webgpu/test/browser'),
    configFile: false,
    logLevel: 'error',
    base: './',
    resolve: {
      alias: [
        { find: '@dlv/kernels/backend-kit', replacement: source('kernels/src/backend-kit.ts') },
        { find: '@dlv/kernels/conformance', replacement: source('kernels/src/conformance/index.ts') },
        { find: '@dlv/kernels', replacement: source('kernels/src/index.ts') },
      ],
    },
    build: { outDir: into, emptyOutDir: true, target: 'es2022', minify: false, chunkSizeWarningLimit: 10_000 },
  });
}

/** Opens a page and gathers what goes wrong on it. */
async function open(browser, address) {
  const page = await browser.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`));
  page.on('requestfailed', (request) => faults.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on(
    'response',
    (response) => response.status() >= 400 && faults.push(`request: ${response.url()} ${response.status()}`),
  );
  await page.goto(address);
  return { page, faults };
}

async function runConformance(browser, total) {
  const folder = mkdtempSync(join(tmpdir(), 'dlv-browser-'));
  await buildConformance(folder);
  const server = await serve(folder);
  try {
    const { page, faults } = await open(browser, `${server.address}/index.html`);
    const results = await page
      .waitForFunction(() => window.results, null, { timeout: 400_000 })
      .then((handle) => handle.jsonValue())
      .catch(() => [{ name: 'browser conformance', state: 'failed', detail: `did not finish; ${faults.join('; ')}` }]);
    for (const { name, state, detail } of results) {
      if (state === 'skipped') total.skipped.push(name);
      else total[state]++;
      if (state === 'failed') console.error(`FAIL  ${name}\n      ${detail}`);
    }
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runDemo(browser, total) {
  if (!existsSync(demo)) throw new Error(`the demo is not built: ${demo} is missing`);
  const server = await serve(demo);
  try {
    for (const { path, title } of pages) {
      const { page, faults } = await open(browser, `${server.address}${path}`);
      await page
        .waitForFunction(() => document.documentElement.dataset.ready, null, { timeout: 60_000 })
        .catch(() => faults.push('not ready within a minute'));
      const state = await page.evaluate(() => document.documentElement.dataset.ready);
      if (state !== 'true')
        faults.push(
          `data-ready is ${state}: ${await page.evaluate(() => document.getElementById('error')?.textContent ?? '')}`,
        );
      const empty = await page.evaluate(() =>
        [...document.querySelectorAll('main section [id]')]
          .filter(
            (element) => element.matches('dl, p, div') && element.childNodes.length === 0 && element.id !== 'floor',
          )
          .map(({ id }) => id),
      );
      if (empty.length > 0) faults.push(`nothing was drawn in ${empty.join(', ')}`);
      total[faults.length === 0 ? 'passed' : 'failed']++;
      console.log(`${faults.length === 0 ? 'ok  ' : 'FAIL'}  demo page ${title}`);
      for (const fault of faults) console.error(`      ${fault}`);
      await page.close();
    }
  } finally {
    server.close();
  }
}

/** Runs everything, or what `only` names; what could not be run is in `skipped`. */
export async function runBrowserTests(only) {
  const total = { passed: 0, failed: 0, skipped: [] };
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) {
    total.skipped.push(
      'WebGPU and WebAssembly conformance in a browser: no Chromium found (set DLV_CHROMIUM)',
      ...pages.map(({ title }) => `demo page ${title}: no Chromium found (set DLV_CHROMIUM)`),
    );
    return total;
  }
  const browser = await chromium.launch({ executablePath, args: flags });
  try {
    if (only !== 'demo') await runConformance(browser, total);
    if (only !== 'conformance') await runDemo(browser, total);
  } finally {
    await browser.close();
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--only');
  const { passed, failed, skipped } = await runBrowserTests(at < 0 ? undefined : process.argv[at + 1]);
  for (const name of skipped) console.log(`not run: ${name}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
