import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alternatingGDA,
  analyze,
  bilinear,
  evaluateForm,
  iterate,
  simultaneousGDA,
  trajectoryTable,
} from '../src/index.js';
import { productIs } from '../src/rotation.js';

const game = bilinear();

describe('analyze', () => {
  it('gives the verdict of the assignment: period 6, spectral radius 1, invariant 3', () => {
    const analysis = analyze(game, alternatingGDA());
    expect(analysis.period).toBe(6);
    expect(analysis.rotation).toMatchObject({ windings: 1, exact: true });
    expect(analysis.spectralRadius).toBe(1);
    expect(analysis.determinant).toBe(1);
    expect(analysis.trace).toBe(1);
    expect(analysis.map).toEqual([
      [0, -1],
      [1, 1],
    ]);
    expect(analysis.invariant).toEqual({
      expression: 'p^2 + q^2 + p*q',
      coefficients: { p2: 1, q2: 1, pq: 1 },
      factor: 1,
      atStart: 3,
    });
    expect(analysis.verdict).toBe('cycles');
    expect(analysis.converges).toBe(false);
    expect(analysis.reason).toContain('1/6 of a turn, exactly');
  });

  it('tells the exact periods from those that hold up to rounding', () => {
    const found = (stepSize: number) => analyze(game, alternatingGDA({ stepSize }));
    expect(found(Math.SQRT2).period).toBe(4);
    expect(found(Math.SQRT2).rotation?.exact).toBe(false);
    expect(analyze(game, alternatingGDA({ stepSize: { p: 2, q: 1 } })).rotation).toMatchObject({
      period: 4,
      exact: true,
    });
    expect(analyze(game, alternatingGDA({ stepSize: { p: 1.5, q: 2 } })).rotation).toMatchObject({
      period: 3,
      exact: true,
    });
    for (const [period, windings] of [
      [3, 1],
      [5, 1],
      [5, 2],
      [7, 3],
      [8, 1],
      [10, 1],
      [12, 1],
      [360, 7],
      [997, 498],
    ] as const) {
      const analysis = found(2 * Math.sin((Math.PI * windings) / period));
      expect([analysis.period, analysis.rotation?.windings]).toEqual([period, windings]);
    }
    for (const stepSize of [1e-9, 0.1, 0.5, 0.7, 1.5, 1.9, 1.9999999]) {
      expect(found(stepSize)).toMatchObject({ verdict: 'quasi-periodic', period: null });
    }
  });

  it('rotates below s = 2, drifts at it, diverges above', () => {
    expect(analyze(game, alternatingGDA({ stepSize: 2 }))).toMatchObject({ verdict: 'drifts', spectralRadius: 1 });
    const flip = analyze(game, alternatingGDA({ stepSize: 2 }), { start: { p: 1, q: -1 } });
    expect(flip).toMatchObject({ verdict: 'cycles', period: 2 });
    const mirrored = alternatingGDA({ stepSize: 2, order: 'p-first' });
    expect(analyze(game, mirrored, { start: { p: 1, q: 1 } })).toMatchObject({ verdict: 'cycles', period: 2 });
    expect(analyze(game, mirrored, { start: { p: 1, q: -1 } }).verdict).toBe('drifts');
    expect(analyze(game, alternatingGDA({ stepSize: 2.5 }))).toMatchObject({ verdict: 'diverges', spectralRadius: 4 });
    expect(analyze(game, alternatingGDA({ stepSize: 10 / 3 })).spectralRadius).toBeCloseTo(9, 12);
  });

  it('calls simultaneous steps divergent at every step size, with the factor of growth', () => {
    for (const stepSize of [1e-3, 0.3, 1, 5]) {
      const analysis = analyze(game, simultaneousGDA({ stepSize }));
      expect(analysis.verdict).toBe('diverges');
      expect(analysis.invariant).toBeNull();
      expect(analysis.growth?.factor).toBeCloseTo(1 + stepSize ** 2, 14);
      expect(analysis.spectralRadius).toBeCloseTo(Math.sqrt(1 + stepSize ** 2), 14);
    }
  });

  it('stays at the equilibrium, and only there', () => {
    expect(analyze(game, simultaneousGDA(), { start: { p: 0, q: 0 } })).toMatchObject({
      verdict: 'stays',
      converges: true,
    });
    expect(analyze(game, alternatingGDA(), { start: { p: 0, q: 1e-300 } }).converges).toBe(false);
  });

  const steps = fc.double({ min: 0.01, max: 3, noNaN: true });
  const coefficients = fc.double({ min: 0.2, max: 2, noNaN: true }).chain((size) => fc.constantFrom(size, -size));
  const points = fc.record({
    p: fc.double({ min: -3, max: 3, noNaN: true }),
    q: fc.double({ min: -3, max: 3, noNaN: true }),
  });
  const methods = fc
    .tuple(steps, steps, fc.constantFrom('q-first', 'p-first', 'simultaneous'))
    .map(([p, q, order]) =>
      order === 'simultaneous'
        ? simultaneousGDA({ stepSize: { p, q } })
        : alternatingGDA({ stepSize: { p, q }, order }),
    );

  it('property: the form is multiplied by its factor, the matrix is the iteration, the eigenvalues are its own', () => {
    fc.assert(
      fc.property(coefficients, methods, points, (coefficient, method, start) => {
        const any = bilinear({ coefficient });
        const analysis = analyze(any, method, { start });
        const next = iterate(any, method, start);
        const form = analysis.invariant ?? analysis.growth;
        if (!form) throw new Error('neither invariant nor growth');
        const size = 1e-11 * (1 + Math.abs(next.p) + Math.abs(next.q)) ** 2 * 30;
        expect(Math.abs(evaluateForm(form.coefficients, next) - form.factor * form.atStart)).toBeLessThan(size);
        const [[a, b], [c, d]] = analysis.map;
        expect(a * start.p + b * start.q).toBeCloseTo(next.p, 8);
        expect(c * start.p + d * start.q).toBeCloseTo(next.q, 8);
        const [first, second] = analysis.eigenvalues;
        expect(first.re + second.re).toBeCloseTo(a + d, 8);
        expect(first.re * second.re - first.im * second.im).toBeCloseTo(a * d - b * c, 6);
        expect(Math.max(Math.hypot(first.re, first.im), Math.hypot(second.re, second.im))).toBeCloseTo(
          analysis.spectralRadius,
          8,
        );
      }),
      { seed: 20261124, numRuns: 300 },
    );
  });

  it('property: a stated period returns the state to its start', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        points,
        (n, u, start) => {
          const windings = 1 + Math.floor(u * ((n - 1) / 2 - 1e-9));
          fc.pre(2 * windings < n && (start.p !== 0 || start.q !== 0));
          const method = alternatingGDA({ stepSize: 2 * Math.sin((Math.PI * windings) / n) });
          const { period } = analyze(game, method, { start });
          const last = trajectoryTable(game, method, { start, steps: period as number }).rows.at(-1);
          expect(last?.p).toBeCloseTo(start.p, 7);
          expect(last?.q).toBeCloseTo(start.q, 7);
        },
      ),
      { seed: 20261124, numRuns: 200 },
    );
  });

  it('compares products without rounding', () => {
    expect(productIs([0.5, 2], 1n)).toBe(true);
    expect(productIs([Math.SQRT2, Math.SQRT2], 2n)).toBe(false);
    expect(productIs([0.1, 10], 1n)).toBe(false);
    expect(productIs([2 ** -1074, 2 ** 1000, 2 ** 74], 1n)).toBe(true);
    expect(productIs([-1, -3], 3n)).toBe(true);
  });
});

describe('errors', () => {
  it.each([
    [
      () => bilinear({ coefficient: 0 }),
      'bilinear: coefficient must not be 0, got 0; every point would be an equilibrium',
    ],
    [() => bilinear({ coefficient: Number.NaN }), 'bilinear: coefficient must be a finite number, got NaN'],
    [() => bilinear({ scale: 1 } as never), "bilinear: unknown option 'scale'; it takes coefficient"],
    [() => alternatingGDA({ stepSize: -1 }), 'alternatingGDA: stepSize must be a positive finite number, got -1'],
    [
      () => alternatingGDA({ stepSize: { p: 1, q: 0 } }),
      'alternatingGDA: stepSize.q must be a positive finite number, got 0',
    ],
    [
      () => alternatingGDA({ order: 'both' as never }),
      "alternatingGDA: order must be 'q-first' or 'p-first', got both",
    ],
    [
      () => simultaneousGDA({ order: 'q-first' } as never),
      "simultaneousGDA: unknown option 'order'; it takes stepSize",
    ],
    [() => analyze({} as never, alternatingGDA()), 'analyze: game must be made by bilinear(), got [object Object]'],
    [
      () => analyze(game, { kind: 'adam' } as never),
      'analyze: method must be made by alternatingGDA() or simultaneousGDA(), got adam',
    ],
    [
      () => analyze(game, alternatingGDA(), { start: { p: 1, q: Number.POSITIVE_INFINITY } }),
      'analyze: start.q must be a finite number, got Infinity',
    ],
    [
      () => analyze(game, alternatingGDA({ stepSize: 1e200 })),
      'analyze: stepSize.p * stepSize.q * coefficient^2 = Infinity is outside the range of float64',
    ],
    [
      () => analyze(game, alternatingGDA({ stepSize: 1e-200 })),
      'analyze: stepSize.p * stepSize.q * coefficient^2 = 0 is outside the range of float64',
    ],
    [
      () => trajectoryTable(game, alternatingGDA(), { steps: 1.5 }),
      'trajectoryTable: steps must be an integer from 0 to 2147483647, got 1.5',
    ],
  ])('%#', (run, text) => {
    expect(run).toThrow(expect.objectContaining({ name: 'ValueError', message: text }));
  });
});
