import { describe, expect, it } from 'vitest';
import { labArguments, UsageError } from '../src/arguments.js';

describe('labArguments', () => {
  it('has defaults', () => {
    expect(labArguments([])).toEqual({ reportOnly: false, help: false, backend: 'wasm', port: 4173 });
  });

  it('reads every option', () => {
    const argv = [
      '--report-only',
      '--json',
      'a.json',
      '--html=b.html',
      '--backend',
      'reference',
      '--port',
      '80',
      '--help',
    ];
    expect(labArguments(argv)).toEqual({
      reportOnly: true,
      help: true,
      json: 'a.json',
      html: 'b.html',
      backend: 'reference',
      port: 80,
    });
    expect(labArguments(['--json', '-']).json).toBe('-');
    expect(labArguments(['--port', '0']).port).toBe(0);
  });

  it.each([
    [['--reprot-only'], /Unknown option '--reprot-only'/],
    [['report'], /Unexpected argument 'report'/],
    [['--json'], /'--json <value>' argument missing/],
    [['--json='], /--json: got an empty name, expected a file, or '-' for stdout/],
    [['--html='], /--html: got an empty name, expected a file/],
    [['--backend', 'webgpu'], /--backend: got 'webgpu', expected 'wasm' or 'reference'/],
    [['--port', 'x'], /--port: got 'x', expected a whole number from 0 to 65535/],
    [['--port', '65536'], /--port: got '65536'/],
    [['--port', '1e3'], /--port: got '1e3'/],
    [['--port='], /--port: got ''/],
  ])('refuses %j', (argv, message) => {
    expect(() => labArguments(argv)).toThrow(UsageError);
    expect(() => labArguments(argv)).toThrow(message);
  });
});
