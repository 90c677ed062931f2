import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Backend, createReferenceBackend, createWasmBackend } from '@dlv/kernels';
import { type LabArguments, labArguments, UsageError, usage } from './arguments.js';
import { formatHtml } from './format-html.js';
import { formatText } from './format-text.js';
import { type LabOptions, labReport } from './lab-report.js';
import type { LabReport } from './report.js';
import { serveFolder } from './serve.js';
import { writeWhole } from './write-file.js';

/** What the command needs of the world; tests put their own in. */
export interface World {
  env: Record<string, string | undefined>;
  out: { write(text: string): void; columns?: number | undefined; isTTY?: boolean | undefined };
  err: { write(text: string): void };
  /** Aborted when the user asks to stop. */
  signal: AbortSignal;
  /** Folder of the built demo. */
  demo?: string;
  /** Computes the report; tests put a quick one in. */
  report?: (options: LabOptions) => Promise<LabReport>;
}

// The same from src/ and from dist/.
const builtDemo = fileURLToPath(new URL('../../demo/dist', import.meta.url));

/** Runs the lab as `npm start -- <argv>` does and returns the exit status. */
export async function runLab(argv: readonly string[], world: World): Promise<number> {
  const { out, err, signal } = world;
  try {
    const options = labArguments(argv);
    if (options.help) {
      out.write(usage);
      return 0;
    }
    const report = await computed(options, world);
    await deliver(report, options, world);
    if (!options.reportOnly) await serveDemo(options, world);
    if (report.unexpected.length === 0) return 0;
    err.write(`lab: verdicts differ from the expected ones: ${report.unexpected.join(', ')}\n`);
    return 1;
  } catch (error) {
    if (error instanceof UsageError) {
      err.write(`lab: ${error.message}\nTry --help.\n`);
      return 2;
    }
    if (signal.aborted) {
      err.write('lab: interrupted\n');
      return 130;
    }
    err.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function computed(options: LabArguments, world: World): Promise<LabReport> {
  const mnist = world.env.DLV_MNIST;
  const backend: Backend = options.backend === 'wasm' ? await createWasmBackend() : await createReferenceBackend();
  try {
    return await (world.report ?? labReport)({
      backend,
      // An empty variable counts as not set, as shells make it so.
      ...(mnist !== undefined && mnist !== '' && { mnist }),
      signal: world.signal,
      onProgress: (message) => world.err.write(`lab: ${message}\n`),
    });
  } finally {
    backend.dispose();
  }
}

async function deliver(report: LabReport, { json, html }: LabArguments, { env, out, err }: World) {
  const asJson = `${JSON.stringify(report, undefined, 2)}\n`;
  const colour = out.isTTY === true && (env.NO_COLOR ?? '') === '';
  out.write(json === '-' ? asJson : formatText(report, { width: out.columns ?? 100, colour }));
  if (json !== undefined && json !== '-') {
    await writeWhole(json, asJson);
    err.write(`lab: wrote ${json}\n`);
  }
  if (html !== undefined) {
    await writeWhole(html, formatHtml(report));
    err.write(`lab: wrote ${html}\n`);
  }
}

async function serveDemo({ port, json }: LabArguments, { out, err, signal, demo = builtDemo }: World) {
  if (!existsSync(demo))
    throw new Error(`the demo is not built: ${demo} is missing. Build it with 'npm run build', or use --report-only`);
  const serving = await serveFolder(demo, port);
  // With --json - stdout holds the JSON alone.
  (json === '-' ? err : out).write(`The demo is at ${serving.address} (Ctrl+C ends it)\n`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await serving.close();
}
