import { describe, expect, it } from 'vitest';
import { help, parseCommandLine, UsageError } from '../src/cli.js';

describe('parseCommandLine', () => {
  it('measures everything on both WebAssembly backends by default', () => {
    expect(parseCommandLine([])).toEqual({
      suites: [
        'gemm',
        'softmax',
        'attention',
        'attention-gradients',
        'layer-norm',
        'elementwise',
        'reduction',
        'trajectories',
      ],
      backends: ['wasm', 'wasm-reproducible'],
      threads: [1],
      rivals: ['tfjs-wasm', 'onnxruntime-web', 'plain-js'],
      filter: undefined,
      quick: false,
      out: undefined,
      help: false,
    });
  });

  it('reads every option', () => {
    const line =
      '--suite gemm,softmax --backend reference --threads 1,2 --rivals plain-js --filter ^gemm --quick --out there';
    expect(parseCommandLine([...line.split(' '), '--help'])).toEqual({
      suites: ['gemm', 'softmax'],
      backends: ['reference'],
      threads: [1, 2],
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
    [
      ['--suite', 'gem'],
      "--suite: 'gem' is not one of gemm, softmax, attention, attention-gradients, layer-norm, elementwise, reduction, trajectories",
    ],
    [['--backend', 'wasm,cuda'], "--backend: 'cuda' is not one of wasm, wasm-reproducible, reference, webgpu"],
    [['--rivals', 'numpy'], "--rivals: 'numpy' is not one of tfjs-wasm, onnxruntime-web, plain-js"],
    [['--threads', '1,0'], "--threads: '0' is not a whole number from 1"],
    [['--threads', '1,'], "--threads: '' is not a whole number from 1"],
    [['--filter', '('], '--filter: Invalid regular expression'],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(UsageError);
    expect(() => parseCommandLine(args)).toThrow(message);
  });

  it('names every option in the help', () => {
    const options = [
      'suite',
      'backend',
      'threads',
      'rivals',
      'filter',
      'quick',
      'out',
      'cold-start',
      'no-relaxed',
      'node',
      'help',
    ];
    for (const option of options) expect(help).toContain(`--${option}`);
  });
});
