import {
  type Analysis,
  alternatingGDA,
  analyze,
  bilinear,
  evaluateForm,
  type Method,
  simulate,
  simultaneousGDA,
  type TrajectoryRow,
  trajectoryTable,
} from '@dlv/gan-dynamics';
import type { Backend } from '@dlv/kernels';

export interface MethodRequest {
  method: 'q-first' | 'p-first' | 'simultaneous';
  stepP: number;
  stepQ: number;
}

const game = bilinear();

const methodOf = ({ method, stepP: p, stepQ: q }: MethodRequest): Method =>
  method === 'simultaneous'
    ? simultaneousGDA({ stepSize: { p, q } })
    : alternatingGDA({ stepSize: { p, q }, order: method });

export interface TrajectoryResponse {
  rows: readonly TrajectoryRow[];
  analysis: Analysis;
  /** The level set of the conserved form through the start, closed; empty where it is no ellipse. */
  ellipse: [p: number, q: number][];
}

/** One trajectory from a start, with the verdict on it. */
export function trajectory(
  _: Backend,
  request: MethodRequest & { p: number; q: number; steps: number },
): TrajectoryResponse {
  const method = methodOf(request);
  const start = { p: request.p, q: request.q };
  const analysis = analyze(game, method, { start });
  return {
    rows: trajectoryTable(game, method, { start, steps: request.steps }).rows,
    analysis,
    ellipse: ellipseOf(analysis),
  };
}

function ellipseOf({ invariant, rotation }: Analysis): [number, number][] {
  if (!invariant || !rotation || invariant.atStart <= 0) return [];
  return Array.from({ length: 181 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 180;
    const [p, q] = [Math.cos(angle), Math.sin(angle)];
    const radius = Math.sqrt(invariant.atStart / evaluateForm(invariant.coefficients, { p, q }));
    return [radius * p, radius * q];
  });
}

export interface CloudResponse {
  p: Float64Array;
  q: Float64Array;
  /** Milliseconds of a longer run of the same method, and what it did in them. */
  milliseconds: number;
  trajectorySteps: number;
}

/** A disc of starts around (1, 1) after some iterations, and the speed of the kernel on this machine. */
export async function cloud(backend: Backend, request: MethodRequest & { steps: number }): Promise<CloudResponse> {
  const method = methodOf(request);
  const start = disc(12_000);
  const { p, q } = await simulate(game, method, { backend, start, steps: request.steps });
  const many = disc(1 << 14);
  const steps = 1000;
  const times: number[] = [];
  // The first run still compiles.
  for (let run = 0; run < 4; run++) {
    const begin = performance.now();
    await simulate(game, method, { backend, start: many, steps });
    times.push(performance.now() - begin);
  }
  return { p, q, milliseconds: Math.min(...times.slice(1)), trajectorySteps: steps * many.p.length };
}

/** Points of a disc of radius 0.6 around (1, 1) on a sunflower spiral: even and the same every time. */
function disc(count: number): { p: Float64Array; q: Float64Array } {
  const golden = Math.PI * (3 - Math.sqrt(5));
  const at = (read: (angle: number) => number) =>
    Float64Array.from({ length: count }, (_, i) => 1 + 0.6 * Math.sqrt((i + 0.5) / count) * read(golden * i));
  return { p: at(Math.cos), q: at(Math.sin) };
}
