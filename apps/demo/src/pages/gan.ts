import katex from 'katex';
import { chartSvg } from '../page/chart.js';
import { onForm } from '../page/form.js';
import { element, showError, startPage } from '../page/start.js';
import { definitions, number, tableElement } from '../page/text.js';
import type { RequestOf, ResponseOf } from '../tasks/index.js';
import { Live } from '../worker/live.js';

const updates = {
  'q-first': 'q_{t+1}=q_t+h_q\\,p_t,\\qquad p_{t+1}=p_t-h_p\\,q_{t+1}',
  'p-first': 'p_{t+1}=p_t-h_p\\,q_t,\\qquad q_{t+1}=q_t+h_q\\,p_{t+1}',
  simultaneous: 'q_{t+1}=q_t+h_q\\,p_t,\\qquad p_{t+1}=p_t-h_p\\,q_t',
};

function drawTrajectory(
  { rows, analysis, ellipse }: ResponseOf<'trajectory'>,
  { steps }: RequestOf<'trajectory'>,
): void {
  const path = rows.map(({ p, q }) => [p, q] as const);
  element('plane').innerHTML = chartSvg({
    title: 'Trajectory in the plane of p and q',
    x: { label: 'p, lowers f' },
    y: { label: 'q, raises f' },
    equal: true,
    height: 420,
    series: [
      {
        name: ellipse.length > 0 ? 'where the conserved form keeps its value' : '',
        points: ellipse,
        colour: 5,
        style: 'dashed',
      },
      { name: 'states in order', points: path, colour: 1 },
      { name: '', points: path, colour: 1, style: 'dots' },
      { name: 'equilibrium', points: [[0, 0]], colour: 2, style: 'dots' },
    ],
  });
  element('series').innerHTML = chartSvg({
    title: 'p, q and f over the iterations',
    x: { label: 'iteration t', min: 0, max: steps },
    y: { label: 'value' },
    height: 240,
    series: [
      { name: 'p', points: rows.map(({ t, p }) => [t, p]), colour: 1 },
      { name: 'q', points: rows.map(({ t, q }) => [t, q]), colour: 3 },
      { name: 'f = p q', points: rows.map(({ t, f }) => [t, f]), colour: 2, style: 'dashed' },
    ],
  });
  drawDisc(analysis);
  drawVerdict(analysis);
  const shown = rows.slice(0, 13);
  const equal = (t: number) => rows[t]?.f === rows[t + 1]?.f;
  const table = tableElement({
    head: ['t', ...shown.map(({ t }) => String(t))],
    rows: [
      ['q', ...shown.map(({ q }) => number(q, 4))],
      ['p', ...shown.map(({ p }) => number(p, 4))],
      ['f', ...shown.map(({ f, t }) => `${number(f, 4)}${equal(t) ? ' =' : ''}`)],
    ],
    right: shown.map((_, i) => i + 1),
  });
  element('table').replaceChildren(table);
}

function drawDisc({ eigenvalues }: ResponseOf<'trajectory'>['analysis']): void {
  const circle = Array.from(
    { length: 121 },
    (_, i) => [Math.cos((i * Math.PI) / 60), Math.sin((i * Math.PI) / 60)] as const,
  );
  element('disc').innerHTML = chartSvg({
    title: 'Eigenvalues of one iteration and the unit circle',
    x: { label: 'real part' },
    y: { label: 'imaginary part' },
    equal: true,
    height: 260,
    series: [
      { name: 'unit circle', points: circle, colour: 5 },
      { name: 'eigenvalues', points: eigenvalues.map(({ re, im }) => [re, im]), colour: 2, style: 'dots' },
    ],
  });
}

function drawVerdict(analysis: ResponseOf<'trajectory'>['analysis']): void {
  element('reason').textContent = analysis.reason;
  const form = analysis.invariant ?? analysis.growth;
  definitions(element('numbers'), [
    ['verdict', analysis.verdict],
    ['spectral radius', number(analysis.spectralRadius, 7)],
    ['determinant, trace', `${number(analysis.determinant, 6)}, ${number(analysis.trace, 6)}`],
    ['period', analysis.period === null ? 'none' : String(analysis.period)],
    [
      analysis.invariant ? 'conserved' : 'grows',
      `${form?.expression} = ${number(form?.atStart ?? 0, 6)}${analysis.invariant ? '' : `, times ${number(form?.factor ?? 0, 6)} in each iteration`}`,
    ],
  ]);
}

function drawCloud({ p, q, milliseconds, trajectorySteps }: ResponseOf<'cloud'>): void {
  const canvas = element<HTMLCanvasElement>('cloud');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas');
  const { width, height } = canvas;
  const reach =
    p.reduce((most, value, i) => Math.max(most, Math.abs(value) * 0.75, Math.abs(q[i] as number)), 2.4) * 1.05;
  const unit = height / 2 / reach;
  context.clearRect(0, 0, width, height);
  const style = getComputedStyle(document.documentElement);
  context.strokeStyle = style.getPropertyValue('--line');
  context.beginPath();
  context.moveTo(width / 2, 0);
  context.lineTo(width / 2, height);
  context.moveTo(0, height / 2);
  context.lineTo(width, height / 2);
  context.stroke();
  // The starts lie on a spiral, so the remainder of the golden angle is the direction they began in.
  const golden = Math.PI * (3 - Math.sqrt(5));
  for (let i = 0; i < p.length; i++) {
    context.fillStyle = `hsl(${((golden * i) / (2 * Math.PI)) * 360} 70% 52%)`;
    context.fillRect(width / 2 + (p[i] as number) * unit - 1.5, height / 2 - (q[i] as number) * unit - 1.5, 3, 3);
  }
  const rate = trajectorySteps / milliseconds / 1e6;
  element('speed').textContent =
    `Measured now: ${number(trajectorySteps / 1e6, 3)} million trajectory-steps in ${number(milliseconds, 3)} ms, ` +
    `${number(rate, 3)} billion a second on one thread.`;
}

void startPage(async (engine) => {
  const trajectory = new Live({ engine, task: 'trajectory', draw: drawTrajectory, fail: showError });
  const cloud = new Live({ engine, task: 'cloud', draw: drawCloud, fail: showError });
  const form = element<HTMLFormElement>('controls');
  await onForm(form, (values) => {
    const method = values.method as keyof typeof updates;
    const request = { method, stepP: Number(values.stepP), stepQ: Number(values.stepQ), steps: Number(values.steps) };
    katex.render(updates[method], element('update'), { displayMode: true });
    return Promise.all([trajectory.ask({ ...request, p: Number(values.p), q: Number(values.q) }), cloud.ask(request)]);
  });
});
