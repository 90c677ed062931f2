import { describe, expect, it } from 'vitest';
import {
  alternatingGDA,
  bilinear,
  equilibriumClaim,
  simultaneousGDA,
  stepSizeClaim,
  trajectoryTable,
} from '../src/index.js';

const columns = (table: { rows: readonly { p: number; q: number; f: number }[] }) => ({
  p: table.rows.map((row) => row.p),
  q: table.rows.map((row) => row.q),
  f: table.rows.map((row) => row.f),
});

describe('trajectoryTable', () => {
  it("is the assignment's table 4.1", () => {
    const table = trajectoryTable(bilinear(), alternatingGDA());
    expect(columns(table)).toEqual({
      q: [1, 2, 1, -1, -2, -1, 1],
      p: [1, -1, -2, -1, 1, 2, 1],
      f: [1, -2, -2, 1, -2, -2, 1],
    });
    expect(table.toText()).toBe(
      [
        't  0   1   2   3   4   5  6',
        'q  1   2   1  -1  -2  -1  1',
        'p  1  -1  -2  -1   1   2  1',
        'f  1  -2  -2   1  -2  -2  1',
      ].join('\n'),
    );
    expect(table.toMarkdown().split('\n').slice(0, 3)).toEqual([
      '| t | 0 |  1 |  2 |  3 |  4 |  5 | 6 |',
      '| - | -: | -: | -: | -: | -: | -: | -: |',
      '| q | 1 |  2 |  1 | -1 | -2 | -1 | 1 |',
    ]);
  });

  it('every option changes the result', () => {
    const plain = columns(trajectoryTable(bilinear(), alternatingGDA()));
    expect(columns(trajectoryTable(bilinear({ coefficient: -1 }), alternatingGDA()))).not.toEqual(plain);
    expect(columns(trajectoryTable(bilinear(), alternatingGDA({ order: 'p-first' }))).p).toEqual([
      1, 0, -1, -1, 0, 1, 1,
    ]);
    expect(columns(trajectoryTable(bilinear(), alternatingGDA({ stepSize: 2 })))).not.toEqual(plain);
    expect(columns(trajectoryTable(bilinear(), alternatingGDA({ stepSize: { p: 2, q: 1 } })))).not.toEqual(
      columns(trajectoryTable(bilinear(), alternatingGDA({ stepSize: { p: 1, q: 2 } }))),
    );
    expect(columns(trajectoryTable(bilinear(), simultaneousGDA(), { steps: 2 })).p).toEqual([1, 0, -2]);
    expect(trajectoryTable(bilinear(), alternatingGDA(), { steps: 0 }).rows).toEqual([{ t: 0, p: 1, q: 1, f: 1 }]);
    expect(trajectoryTable(bilinear(), alternatingGDA(), { start: { p: 2, q: 0 } }).rows[1]).toEqual({
      t: 1,
      p: 0,
      q: 2,
      f: 0,
    });
  });
});

describe("the assignment's two false claims", () => {
  it('no step size converges; steps bounded alone diverge in turn; the average is the equilibrium', () => {
    const claim = stepSizeClaim();
    expect(claim.agrees).toBe(false);
    expect(
      claim.trials.every(({ alternating }) => alternating.determinant === 1 && alternating.spectralRadius >= 1),
    ).toBe(true);
    expect(claim.trials.every(({ simultaneous }) => simultaneous.spectralRadius > 1)).toBe(true);
    expect(Math.min(...claim.trials.map(({ closest }) => closest))).toBeGreaterThan(0.1);
    expect(claim.cycle.spectralRadius).toBeCloseTo(2.3798, 4);
    expect(claim.average).toEqual({ p: 0, q: 0 });
  });

  it('f_t = f_{t+1} holds at t = 1 and 4, where no gradient vanishes', () => {
    const claim = equilibriumClaim();
    expect(claim.agrees).toBe(false);
    expect(claim.counterexamples.map(({ t }) => t)).toEqual([1, 4]);
    expect(claim.counterexamples.map(({ gradient }) => gradient)).toEqual([
      { p: 2, q: -1 },
      { p: -2, q: 1 },
    ]);
    for (const { p, q } of claim.counterexamples) expect(claim.slopes).toContain(q / p);
  });
});
