import { parseArgs } from 'node:util';

export const usage = `Usage: npm start -- [options]

Prints the lab report: every claim of the assignment beside what is computed now. Then serves the demo.

  --report-only         end after the report, without serving the demo
  --json FILE           also write the report as JSON; - prints the JSON to stdout in place of the text
  --html FILE           also write the report as one self-contained HTML page
  --backend NAME        wasm (default) or reference (plain TypeScript, slow)
  --port N              port of the demo, or the next free one after it (default 4173)
  --help                print this

DLV_MNIST names a folder with the four MNIST files (.gz or not); without it a procedural image set is used.
Exit status: 0 done, 1 failed or a verdict differs from the expected one, 2 wrong arguments, 130 interrupted.
`;

/** What the command line asked for. */
export interface LabArguments {
  reportOnly: boolean;
  help: boolean;
  json?: string;
  html?: string;
  backend: 'wasm' | 'reference';
  port: number;
}

/** The command line cannot be understood; exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Reads the arguments after the program's name. Throws UsageError. */
export function labArguments(argv: readonly string[]): LabArguments {
  const values = parsed(argv);
  const backend = values.backend ?? 'wasm';
  if (backend !== 'wasm' && backend !== 'reference')
    throw new UsageError(`--backend: got '${backend}', expected 'wasm' or 'reference'`);
  const port = Number(values.port ?? '4173');
  if (!/^\d+$/.test(values.port ?? '4173') || port > 65535)
    throw new UsageError(`--port: got '${values.port}', expected a whole number from 0 to 65535`);
  if (values.html === '') throw new UsageError('--html: got an empty name, expected a file');
  if (values.json === '') throw new UsageError("--json: got an empty name, expected a file, or '-' for stdout");
  return {
    reportOnly: values['report-only'] ?? false,
    help: values.help ?? false,
    backend,
    port,
    ...(values.json !== undefined && { json: values.json }),
    ...(values.html !== undefined && { html: values.html }),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        'report-only': { type: 'boolean' },
        json: { type: 'string' },
        html: { type: 'string' },
        backend: { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    // parseArgs explains itself; only its last sentence, about positional arguments, is of no use here.
    const text = error instanceof Error ? error.message : String(error);
    throw new UsageError(text.split('. To specify a positional')[0] ?? text);
  }
}
