import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createReferenceBackend, createWasmBackend, type DiracTrajectoryOptions } from '../src/index.js';

// What is known of the Dirac-GAN: 60-digit trajectories, linearisations, conserved and limiting radii.

const backends = {
  reference: await createReferenceBackend(),
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of Object.values(backends)) backend.dispose();
});

// Never part of the repository.
const fixtures = process.env.DLV_FIXTURES ?? fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));
const file = `${fixtures}/gan-oracles.json`;

interface Oracle {
  id: string;
  game: {
    type: string;
    loss: string;
    reg?: number;
    target?: number;
    r1?: number;
    std?: number;
    a?: number;
    c?: number;
  };
  method: string;
  params: { h: number };
  x0: { x: [number]; y: [number] } | null;
  steps: number;
  expected: { trajectory: { t: number[]; x: [number][]; y: [number][] } };
  tolerance: { f64: { abs: number; rel: number } };
}

/** The options that stand for an oracle's game. */
function optionsOf({ game, method, params, steps }: Oracle): DiracTrajectoryOptions {
  const common = {
    ...{ stepTheta: params.h, stepPsi: params.h, steps, recordEvery: 1 },
    order: method === 'gda-sim' ? ('simultaneous' as const) : ('theta-first' as const),
    ...(game.r1 === undefined ? {} : { r1: game.r1 }),
  };
  switch (game.loss) {
    case 'wgan-gp':
      return { ...common, loss: 'wgan', gradientPenalty: game.reg as number, gradientTarget: game.target as number };
    case 'consensus':
      return { ...common, loss: 'gan', consensus: game.reg as number };
    case 'instance-noise':
      return { ...common, loss: 'gan', instanceNoise: (game.std as number) ** 2 };
    case 'lsgan':
      return { ...common, loss: 'lsgan', labels: { fake: game.a as number, real: 1, generator: game.c as number } };
    default:
      return { ...common, loss: game.loss as 'gan' | 'nsgan' | 'wgan' | 'hinge' };
  }
}

describe.each(Object.entries(backends))('%s', (_, backend) => {
  /** theta and psi at the recorded times from a single start. */
  function orbit(theta: number, psi: number, options: DiracTrajectoryOptions): { theta: number[]; psi: number[] } {
    return backend.scope(() => {
      const [theta0, psi0] = [backend.tensor(Float64Array.of(theta), [1]), backend.tensor(Float64Array.of(psi), [1])];
      const result = backend.diracTrajectories(theta0, psi0, options);
      return { theta: [...result.theta.dataSync()] as number[], psi: [...result.psi.dataSync()] as number[] };
    });
  }
  function end(theta: number, psi: number, options: DiracTrajectoryOptions): [theta: number, psi: number] {
    const last = orbit(theta, psi, options);
    return [last.theta.at(-1) as number, last.psi.at(-1) as number];
  }

  if (!existsSync(file)) {
    it.skip('gan-oracles.json (not found; set DLV_FIXTURES to its folder)', () => {});
  } else {
    const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Oracle[] };
    it.each(cases.filter(({ game, x0 }) => game.type === 'dirac-gan' && x0).map((oracle) => [oracle.id, oracle]))(
      '%s',
      (_id, oracle) => {
        const { x0, expected, tolerance } = oracle as Oracle & { x0: { x: [number]; y: [number] } };
        const { t, x, y } = expected.trajectory;
        const { theta, psi } = orbit(x0.x[0], x0.y[0], optionsOf(oracle as Oracle));
        const largest = Math.max(...[...x, ...y].flat().map(Math.abs));
        const allowed = tolerance.f64.abs + tolerance.f64.rel * largest;
        t.forEach((at, i) => {
          expect(Math.abs((theta[at] as number) - (x[i] as [number])[0])).toBeLessThanOrEqual(allowed);
          expect(Math.abs((psi[at] as number) - (y[i] as [number])[0])).toBeLessThanOrEqual(allowed);
        });
      },
    );
  }

  // Mescheder et al. 2018, lemmas of sections 2 to 4: rows d(V theta, V psi) / d(theta, psi) at (0, 0).
  const jacobians: [string, Partial<DiracTrajectoryOptions>, number[]][] = [
    ['gan', {}, [0, -0.5, 0.5, 0]],
    ['nsgan', {}, [0, -0.5, 0.5, 0]],
    ['relativistic', {}, [0, -0.5, 0.5, 0]],
    ['wgan', {}, [0, -1, 1, 0]],
    ['hinge', {}, [0, 1, -1, 0]],
    ['lsgan', { labels: { fake: -1, real: 1, generator: 1 } }, [0, 1, -1, 0]],
    ['gan', { r1: 0.3 }, [0, -0.5, 0.5, -0.3]],
    ['wgan', { r1: 0.3, r2: 0.2 }, [0, -1, 1, -0.5]],
    ['gan', { instanceNoise: 0.49 }, [0, -0.5, 0.5, -0.245]],
    ['nsgan', { instanceNoise: 0.49 }, [0, -0.5, 0.5, -0.245]],
    ['relativistic', { instanceNoise: 0.49 }, [0, -0.5, 0.5, -0.245]],
    ['lsgan', { instanceNoise: 0.49, labels: { fake: -1, real: 1, generator: 1 } }, [0, 1, -1, -0.98]],
    ['gan', { consensus: 1 }, [-0.25, -0.5, 0.5, -0.25]],
    ['wgan', { consensus: 0.5 }, [-0.5, -1, 1, -0.5]],
  ];
  it.each(jacobians)('the linearisation of %s with %o', (loss, more, jacobian) => {
    const [h, small] = [0.5, 2 ** -20];
    const options = {
      loss,
      stepTheta: h,
      stepPsi: h,
      steps: 1,
      order: 'simultaneous',
      ...more,
    } as DiracTrajectoryOptions;
    const [a, c] = end(small, 0, options).map((value, i) => (value - (i === 0 ? small : 0)) / (h * small));
    const [b, d] = end(0, small, options).map((value, i) => (value - (i === 1 ? small : 0)) / (h * small));
    [a, b, c, d].forEach((value, i) => {
      expect(value).toBeCloseTo(jacobian[i] as number, 6);
    });
  });

  it('R1, R2, noise and consensus converge to the equilibrium, alternating steps alone do not', () => {
    const options = { loss: 'gan', stepTheta: 0.2, stepPsi: 0.2, steps: 3000 } as const;
    for (const more of [{ r1: 0.3 }, { r2: 0.3 }, { consensus: 1 }]) {
      expect(Math.hypot(...end(1, 1, { ...options, ...more }))).toBeLessThan(1e-12);
    }
    expect(Math.hypot(...end(1, 1, { ...options, steps: 800, instanceNoise: 0.49 }))).toBeLessThan(1e-8);
    expect(Math.hypot(...end(1, 1, options))).toBeGreaterThan(1);
    expect(Math.hypot(...end(1, 1, { ...options, order: 'simultaneous' }))).toBeGreaterThan(2);
  });

  it('simultaneous nsgan reaches a limit cycle near sqrt(2 h), alternating nsgan decays as r^2 = 8 / (h T)', () => {
    const options = { loss: 'nsgan', stepTheta: 0.1, stepPsi: 0.1, steps: 20_000 } as const;
    expect(Math.hypot(...end(1, 1, { ...options, order: 'simultaneous' }))).toBeCloseTo(0.44707, 2);
    expect(Math.hypot(...end(1, 1, options)) ** 2 / (8 / (0.1 * 20_000))).toBeCloseTo(1, 1);
  });

  it('lsgan without a bias stops at the wrong point; with one it does not stay there', () => {
    const options = { loss: 'lsgan', stepTheta: 0.2, stepPsi: 0.2, steps: 500, order: 'simultaneous' } as const;
    const [theta, psi] = end(1, 1, options);
    expect(Math.abs(psi)).toBeLessThan(1e-12);
    expect(theta).toBeGreaterThan(0.9);
    backend.scope(() => {
      const one = backend.tensor(Float64Array.of(1), [1]);
      const result = backend.diracTrajectories(one, one, {
        ...options,
        bias0: backend.tensor(Float64Array.of(0), [1]),
      });
      expect(Math.abs((result.theta.dataSync()[0] as number) - theta)).toBeGreaterThan(0.1);
    });
  });

  it('wgan unclipped is the bilinear game, to the bit', () => {
    const values = (seed: number) => Float64Array.from({ length: 37 }, (_, i) => Math.sin(seed + i));
    backend.scope(() => {
      const [x, y] = [backend.tensor(values(1), [37]), backend.tensor(values(2), [37])];
      const orders = [
        ['psi-first', 'q-first'],
        ['theta-first', 'p-first'],
        ['simultaneous', 'simultaneous'],
      ] as const;
      for (const [order, bilinearOrder] of orders) {
        const run = { steps: 50, recordEvery: 10 };
        const gan = backend.diracTrajectories(x, y, { loss: 'wgan', stepTheta: 0.3, stepPsi: 0.7, order, ...run });
        const game = backend.bilinearTrajectories(x, y, { stepP: 0.3, stepQ: 0.7, order: bilinearOrder, ...run });
        expect(gan.theta.dataSync()).toEqual(game.p.dataSync());
        expect(gan.psi.dataSync()).toEqual(game.q.dataSync());
      }
    });
  });

  it('clipping holds psi in its interval and theta turns there', () => {
    const options = { loss: 'wgan', stepTheta: 0.2, stepPsi: 0.2, steps: 200, recordEvery: 1, clip: 0.5 } as const;
    const { psi, theta } = orbit(1, 0.1, options);
    expect(Math.max(...psi)).toBe(0.5);
    expect(Math.min(...psi)).toBe(-0.5);
    expect(Math.min(...theta)).toBeLessThan(-0.5);
  });

  it.each([
    [0.3, 1e-14],
    [-2, 1e-14],
    [3.6, 1e-9],
  ])('the rule for noise against one 32 times as fine, psi sqrt(variance) = %d: within %d', (psi, allowed) => {
    for (let theta = -3; theta <= 3; theta += 0.1) {
      let [mean, moment] = [0, 0];
      for (let z = -9; z <= 9; z += 1 / 128) {
        const weight = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / 128;
        const onFake = 1 / (1 + Math.exp(psi * (theta + z)));
        mean += weight * onFake;
        moment += weight * (z * onFake - z / (1 + Math.exp(-psi * z)));
      }
      const options = { loss: 'gan', stepTheta: 1, stepPsi: 1, steps: 1, order: 'simultaneous' } as const;
      const [newTheta, newPsi] = end(theta, psi, { ...options, instanceNoise: 1 });
      expect(Math.abs((theta - newTheta) / psi - mean)).toBeLessThan(allowed);
      // Both points err, and theta multiplies one of the errors.
      expect(Math.abs(newPsi - psi - theta * mean - moment)).toBeLessThan(5 * allowed);
    }
  });
});
