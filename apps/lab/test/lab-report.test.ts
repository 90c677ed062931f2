import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Backend, createReferenceBackend, createWasmBackend } from '@dlv/kernels';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLab, type World } from '../src/command.js';
import { formatHtml } from '../src/format-html.js';
import { formatText } from '../src/format-text.js';
import { imageReport } from '../src/image-report.js';
import { labReport } from '../src/lab-report.js';
import { core, type LabReport, part, verdictOf } from '../src/report.js';
import { complexityRows } from '../src/rows-complexity.js';
import { ganRows } from '../src/rows-gan.js';
import { vaeRows } from '../src/rows-vae.js';

const short = { latents: 4, batch: 16, steps: 2, learningRate: 1e-3, evaluated: 20 };
let wasm: Backend;
let reference: Backend;
let report: LabReport;
let scratch: string;

beforeAll(async () => {
  [wasm, reference] = [await createWasmBackend(), await createReferenceBackend()];
  report = await labReport({ backend: wasm, training: short });
  scratch = await mkdtemp(join(tmpdir(), 'dlv-lab-'));
});
afterAll(async () => {
  wasm.dispose();
  reference.dispose();
  await rm(scratch, { recursive: true });
});

describe('the report', () => {
  it('has a row for every claim, each with the expected verdict', () => {
    expect(report.rows.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      '1.1 agree',
      '1.2 incomplete',
      '1.3 incomplete',
      '1.4 incomplete',
      '1.5 incomplete',
      '1.6 incomplete',
      '1.7 agree',
      '1.8 incomplete',
      '2.1 agree',
      '2.2 agree',
      '3.1 agree',
      '3.2 agree',
      '3.3 agree',
      '4.1 agree',
      '4.2 agree',
      '4.3 agree',
      '4.4 wrong',
      '4.5 wrong',
    ]);
    expect(report.summary).toEqual({ agree: 10, incomplete: 6, wrong: 2 });
    expect(wasm.info.bytesInUse).toBe(0);
  });

  it('says so when something is not as expected: two training steps leave the model above the plateau', () => {
    expect(report.unexpected).toEqual(['images']);
    expect(report.images.verdict).toBe('wrong');
    expect(formatText(report)).toContain('Verdicts that differ from the expected ones: images');
    expect(formatHtml(report)).toContain('Verdicts that differ from the expected ones: images');
  });

  it('decides the same on the reference backend', async () => {
    const rows = [...complexityRows(reference), ...(await vaeRows(reference)), ...(await ganRows(reference))];
    for (const { id, verdict } of rows)
      expect([id, verdict]).toEqual([id, report.rows.find((row) => row.id === id)?.verdict]);
    expect(reference.info.bytesInUse).toBe(0);
  });

  it('draws verdicts from the checks alone', () => {
    expect(verdictOf([core('', true, ''), part('', true, '')])).toBe('agree');
    expect(verdictOf([core('', true, ''), part('', false, '')])).toBe('incomplete');
    expect(verdictOf([core('', false, ''), part('', true, '')])).toBe('wrong');
  });

  it('as text fits its width, and as HTML holds every claim, escaped', () => {
    for (const width of [60, 100]) {
      for (const line of formatText(report, { width }).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    }
    const html = formatHtml(report);
    expect(html).toContain('q(z|x) || p(z)');
    expect(html).toContain('When n &#60; t');
    expect(html).not.toMatch(/undefined|NaN|\[object/);
  });
});

describe('images through the ELBO', () => {
  it('learns: the trained model passes the plateau', async () => {
    const images = await imageReport(
      wasm,
      undefined,
      {},
      { latents: 8, batch: 64, steps: 60, learningRate: 1e-2, evaluated: 200 },
    );
    expect(images.verdict).toBe('agree');
    expect(-images.test.elbo).toBeLessThan(images.plateau);
    expect(-images.test.elbo).toBeGreaterThan(images.floor);
    expect(images.curve.at(-1)?.loss).toBeLessThan(images.curve[0]?.loss as number);
  });

  it('stops when its signal does, and names a folder without MNIST', async () => {
    await expect(imageReport(wasm, undefined, { signal: AbortSignal.abort() }, short)).rejects.toThrow(/abort/i);
    await expect(imageReport(wasm, scratch)).rejects.toThrow(
      `DLV_MNIST: ${scratch} has neither train-images-idx3-ubyte nor`,
    );
  });
});

describe('runLab', () => {
  const world = (change: Partial<World> = {}) => {
    const written = { out: '', err: '' };
    const stream = (name: 'out' | 'err') => ({
      write(text: string) {
        written[name] += text;
      },
    });
    const whole: LabReport = { ...report, unexpected: [] };
    const base: World = {
      env: {},
      out: stream('out'),
      err: stream('err'),
      signal: new AbortController().signal,
      report: async () => whole,
    };
    return { written, world: { ...base, ...change } };
  };

  it('prints the report, writes JSON and HTML', async () => {
    const { written, world: on } = world();
    const [json, html] = [join(scratch, 'r.json'), join(scratch, 'r.html')];
    expect(await runLab(['--report-only', '--json', json, '--html', html], on)).toBe(0);
    expect(written.out).toContain('18 claims: 10 agree, 6 incomplete, 2 wrong.');
    expect(JSON.parse(await readFile(json, 'utf8')).rows.length).toBe(18);
    expect(await readFile(html, 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('prints JSON alone with --json -', async () => {
    const { written, world: on } = world();
    expect(await runLab(['--report-only', '--json', '-'], on)).toBe(0);
    expect(JSON.parse(written.out).title).toBe(report.title);
  });

  it('has an exit status for each end', async () => {
    const wrong = world({ report: async () => report });
    expect(await runLab(['--report-only'], wrong.world)).toBe(1);
    expect(wrong.written.err).toContain('verdicts differ from the expected ones: images');
    const usage = world();
    expect(await runLab(['--frobnicate'], usage.world)).toBe(2);
    const failing = world({ report: () => Promise.reject(new Error('no luck')) });
    expect(await runLab(['--report-only'], failing.world)).toBe(1);
    expect(failing.written.err).toBe('lab: no luck\n');
    const stopped = world({ signal: AbortSignal.abort(), report: () => Promise.reject(new Error('aborted')) });
    expect(await runLab(['--report-only'], stopped.world)).toBe(130);
    const help = world();
    expect(await runLab(['--help'], help.world)).toBe(0);
    expect(help.written.out).toContain('--report-only');
  });

  it('serves the demo until it is stopped, and says when there is none', async () => {
    const stop = new AbortController();
    const { written, world: on } = world({ signal: stop.signal, demo: scratch });
    const done = runLab(['--port', '0'], on);
    while (!written.out.includes('The demo is at')) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(await done).toBe(0);
    const none = world({ demo: join(scratch, 'missing') });
    expect(await runLab([], none.world)).toBe(1);
    expect(none.written.err).toContain('the demo is not built');
  });
});
