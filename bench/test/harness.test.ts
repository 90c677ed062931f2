import { describe, expect, it } from 'vitest';
import { type ContenderResult, measure, type Pace } from '../src/harness.js';
import { type Report, ratios, renderMarkdown } from '../src/report.js';
import { summarize } from '../src/statistics.js';
import type { BenchItem, Contender, Engine, SoftmaxWork } from '../src/work.js';
import { checkSoftmax } from '../suites/softmax.js';

const pace: Pace = { rounds: 4, sampleTime: 0.2, warmUpTime: 1, longestWarmUp: 4, budget: 1e3, fewestSamples: 2 };
const work: SoftmaxWork = { operator: 'softmax', rows: 1, columns: 2, x: Float32Array.of(0, 0) };
const item: BenchItem = {
  suite: 'softmax',
  name: '[1,2]',
  note: '',
  unit: 'GB/s',
  amount: 16,
  limited: false,
  work: () => work,
  checker: () => checkSoftmax(work),
};

/** An engine of one contender that logs its runs. */
function engine(name: string, result: () => Float32Array, log: string[] = []): Engine & { disposals: number } {
  const counting = {
    name,
    kind: 'rival' as const,
    description: '',
    disposals: 0,
    async prepare(): Promise<Contender[]> {
      const run = () => {
        log.push(name);
        return [result()];
      };
      return [{ name, kind: name.startsWith('dlv') ? 'dlv' : 'rival', run, dispose: () => void counting.disposals++ }];
    },
    dispose() {},
  };
  return counting;
}

const right = () => Float32Array.of(0.5, 0.5);

describe('measure', () => {
  it('times right contenders, refuses wrong ones before timing, and disposes of all', async () => {
    const log: string[] = [];
    const engines = [
      engine('dlv good', right),
      engine('bad', () => Float32Array.of(0.5, 0.6), log),
      engine('broken', () => {
        throw new Error('no such kernel');
      }),
    ];
    const { contenders } = await measure(item, engines, pace);
    expect(contenders.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'dlv good timed',
      'bad wrong',
      'broken failed',
    ]);
    expect(log).toEqual(['bad']);
    expect(contenders[1]?.reason).toMatch(/^row 0, column 1 is 0\.6000\d+, expected 0\.5 within/);
    expect(contenders[1]?.rate).toBeUndefined();
    expect(contenders[2]?.reason).toBe('no such kernel');
    expect(engines.map(({ disposals }) => disposals)).toEqual([1, 1, 1]);
    const [good] = contenders;
    expect(good?.milliseconds?.samples).toBe(4);
    expect(good?.rate).toBeCloseTo(16 / good!.milliseconds!.median / 1e6, 12);
  });

  it('lets contenders take turns and rotates their order', async () => {
    const log: string[] = [];
    // Long enough for one run per sample, and for the checked run to be all the warm-up there is.
    const slow = () => {
      const end = performance.now() + 1;
      while (performance.now() < end);
      return right();
    };
    const oneRun = { ...pace, rounds: 3, longestWarmUp: 0.5 };
    await measure(item, [engine('a', slow, log), engine('b', slow, log), engine('c', slow, log)], oneRun);
    expect(log.join('')).toBe('abc' + 'abc' + 'bca' + 'cab');
  });

  it('stops a contender that has spent its budget', async () => {
    const slow = () => {
      const end = performance.now() + 2;
      while (performance.now() < end);
      return right();
    };
    const { contenders } = await measure(item, [engine('a', slow)], { ...pace, rounds: 50, budget: 1 });
    expect(contenders[0]?.milliseconds?.samples).toBe(2);
  });

  it('times computing without reading where the item is resident', async () => {
    const log: string[] = [];
    const reading = engine('reading', right, log);
    const resident: Engine = {
      ...reading,
      async prepare(work) {
        const contenders = await reading.prepare(work);
        return contenders.map((contender) => ({ ...contender, compute: () => void log.push('compute') }));
      },
    };
    await measure({ ...item, resident: true }, [resident], pace);
    expect(log.filter((entry) => entry === 'reading')).toHaveLength(1);
    expect(log).toContain('compute');
    log.length = 0;
    await measure(item, [resident], pace);
    expect(log).not.toContain('compute');
  });

  it('leaves out engines the item excludes, and says why', async () => {
    const excluded = { slow: 'takes hours' };
    const slow = engine('slow', right);
    const { contenders } = await measure({ ...item, excluded }, [slow], pace);
    expect(contenders).toEqual([
      { name: 'slow', engine: 'slow', kind: 'rival', state: 'excluded', reason: 'takes hours' },
    ]);
    expect(slow.disposals).toBe(0);
  });

  it('reports an engine that cannot prepare', async () => {
    const absent: Engine = { ...engine('absent', right), prepare: () => Promise.reject(new Error('not installed')) };
    const { contenders } = await measure(item, [absent], pace);
    expect(contenders).toEqual([
      { name: 'absent', engine: 'absent', kind: 'rival', state: 'failed', reason: 'not installed' },
    ]);
  });
});

const machine = {
  ...{ cpu: 'a cpu', cores: 2, memoryBytes: 2 ** 33, platform: 'linux x64', node: '20.0.0', v8: '11.3' },
  ...{ nodeFlags: ['--flag'], relaxedSimd: true, dlv: '1.2.3', commit: 'abc+' },
};
const reportOf = (items: Report['items']): Report => ({
  ...{ started: 'then', finished: 'now', machine, load: { start: 0, end: 1 }, pace },
  engines: [{ name: 'b', description: 'a rival' }],
  items,
});

it('the report has the ratios and says what was wrong', async () => {
  const result = await measure(
    item,
    [engine('dlv a', right), engine('b', right), engine('c', () => new Float32Array(2))],
    pace,
  );
  const ratio = ratios(result)['dlv a']?.b;
  expect(ratio).toBeCloseTo(result.contenders[0]!.rate! / result.contenders[1]!.rate!, 12);
  const text = renderMarkdown(reportOf([{ ...result, ratios: ratios(result) }]));
  expect(text).toContain('- a cpu, 2 cores, 8.00 GiB, linux x64\n- Node 20.0.0, V8 11.3, --flag; relaxed SIMD: yes');
  expect(text).toContain('- b: a rival');
  expect(text).toContain('| work | backend | GB/s | of the limit | to b | to c |');
  expect(text).toMatch(/\| c \| wrong: row 0, column 0 is 0, expected 0\.5 within/);
});

it('the report compares threads with one thread, and the whole with its parts', () => {
  const timed = (name: string, rate: number, more: Partial<ContenderResult>): ContenderResult => ({
    ...{ name, engine: name, kind: 'dlv', state: 'timed', repeats: 1, rate },
    milliseconds: summarize([12 / rate]),
    ...more,
  });
  const contenders = [
    timed('dlv a', 3, {}),
    timed('dlv a, forward alone', 4, { kind: 'part', milliseconds: summarize([1]) }),
    timed('dlv a 2 threads', 5.7, { oneThread: 'dlv a' }),
    timed('b', 1.5, { kind: 'rival' }),
  ];
  const result = { ...item, contenders };
  const text = renderMarkdown(reportOf([{ ...result, ratios: ratios(result) }]));
  expect(text).toContain('| work | backend | GB/s | of the limit | to one thread | to b |');
  expect(text).toContain('|  | dlv a 2 threads | 5.70 |  | 1.90x | 3.80x |');
  expect(text).toMatch(/\| dlv a, forward alone \|.*\| 4\.00x as long \|/);
  expect(text).toMatch(/\| dlv a 2 threads \| 2\.11 .*\| 0\.526x \|/);
});
