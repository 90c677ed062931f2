import { describe, expect, it } from 'vitest';
import { help, parseCommandLine, UsageError } from '../src/cli.js';

describe('parseCommandLine', () => {
  it('measures everything on both WebAssembly backends by default', () => {
    expect(parseCommandLine([])).toEqual({
      suites: ['gemm', 'softmax', 'attention', 'trajectories'],
      backends: ['wasm', 'wasm-reproducible'],
      rivals: ['tfjs-wasm', 'onnxruntime-web', 'plain-js'],
      filter: undefined,
      quick: false,
      out: undefined,
      help: false,
    });
  });

  it('reads every option', () => {
    const line = '--suite gemm,softmax --backend reference --rivals plain-js --filter ^gemm --quick --out there --help';
    expect(parseCommandLine(line.split(' '))).toEqual({
      suites: ['gemm', 'softmax'],
      backends: ['reference'],
      rivals: ['plain-js'],
      filter: /^gemm/i,
      quick: true,
      out: 'there',
      help: true,
    });
    expect(parseCommandLine(['--rivals', 'none']).rivals).toEqual([]);
  });

  it.each([
    [['--speed'], "Unknown option '--speed'"],
    [['gemm'], "Unexpected argument 'gemm'"],
    [['--suite'], "Option '--suite <value>' argument missing"],
    [['--suite', 'gem'], "--suite: 'gem' is not one of gemm, softmax, attention, trajectories"],
    [['--backend', 'wasm,cuda'], "--backend: 'cuda' is not one of wasm, wasm-reproducible, reference, webgpu"],
    [['--rivals', 'numpy'], "--rivals: 'numpy' is not one of tfjs-wasm, onnxruntime-web, plain-js"],
    [['--filter', '('], '--filter: Invalid regular expression'],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(message);
  });

  it('names every option in the help', () => {
    for (const option of ['suite', 'backend', 'rivals', 'filter', 'quick', 'out', 'no-relaxed', 'node', 'help']) {
      expect(help).toContain(`--${option}`);
    }
  });
});
