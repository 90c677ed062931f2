import { chartSvg } from '../page/chart.js';
import { onForm } from '../page/form.js';
import { element, showError, startPage } from '../page/start.js';
import { definitions, number } from '../page/text.js';
import type { RequestOf, ResponseOf } from '../tasks/index.js';
import { Live } from '../worker/live.js';

/** Bars of the weights, the selected ones in their own colour, with what value each stands for. */
function weightBars({ weights, values }: ResponseOf<'attend'>, selected: number): string {
  const [width, height, bottom] = [560, 220, 34];
  const step = (width - 40) / weights.length;
  const bars = weights.map((weight, i) => {
    const tall = weight * (height - bottom - 10);
    const x = 36 + i * step;
    const name =
      weights.length <= 24
        ? `<text x="${(x + step / 2).toFixed(1)}" y="${height - 18}" text-anchor="middle">${number(values[i] as number, 2)}</text>`
        : '';
    return `<rect class="bar s${i < selected ? 2 : 1}" x="${(x + step * 0.1).toFixed(1)}" y="${(height - bottom - tall).toFixed(1)}" width="${(step * 0.8).toFixed(1)}" height="${tall.toFixed(1)}"/>${name}`;
  });
  const lines = [0, 0.5, 1].map((level) => {
    const y = height - bottom - level * (height - bottom - 10);
    return `<line class="grid" x1="34" x2="${width}" y1="${y}" y2="${y}"/><text x="28" y="${y + 4}" text-anchor="end">${level}</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Weight of each value">${lines.join('')}${bars.join('')}<text x="${width / 2}" y="${height - 3}" text-anchor="middle">value v_i</text></svg>`;
}

function drawSelection(response: ResponseOf<'attend'>, request: RequestOf<'attend'>): void {
  const { beta, smallestBeta, leak, output, target, curve } = response;
  element('weights').innerHTML = weightBars(response, request.select === 'one' ? 1 : 2);
  definitions(element('numbers'), [
    ['beta', `${number(beta, 6)} (smallest for this leak: ${number(smallestBeta, 6)})`],
    [
      'leak',
      `${number(leak)}, allowed ${number(request.epsilon)}: ${leak <= request.epsilon * 1.001 ? 'kept' : 'missed'}`,
    ],
    ['output z', `${number(output, 6)}, wanted ${number(target, 6)}`],
  ]);
  element('leak').innerHTML = chartSvg({
    title: 'Leak over beta, closed form and measured',
    x: { label: 'beta' },
    y: { label: 'weight outside the selection', log: true, min: 1e-7, max: 1 },
    height: 340,
    marks: [{ x: smallestBeta, name: `smallest beta for ${number(request.epsilon, 2)}` }],
    series: [
      { name: 'closed form', points: curve.map((point) => [point.beta, point.theory]), colour: 1 },
      {
        name: 'measured, float32',
        points: curve.map((point) => [point.beta, Math.max(point.measured, 1e-9)]),
        colour: 2,
        style: 'dots',
      },
    ],
  });
}

function drawMask({ weights, queries, keys, milliseconds, flop }: ResponseOf<'maskedWeights'>): void {
  const cell = Math.max(6, Math.min(18, Math.floor(620 / keys)));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [keys * cell, queries * cell];
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `Weights of ${queries} queries, one in a row, over ${keys} keys`);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser has no canvas');
  const most = weights.reduce((a, b) => Math.max(a, b), 1e-9);
  for (let i = 0; i < queries; i++) {
    for (let j = 0; j < keys; j++) {
      const weight = weights[i * keys + j] as number;
      // Exactly 0 is a hidden key, or a query that sees none; it gets a colour of its own.
      context.fillStyle =
        weight === 0 ? '#20242a' : `hsl(${230 - 170 * (weight / most)} 65% ${25 + 45 * (weight / most)}%)`;
      context.fillRect(j * cell, i * cell, cell - 1, cell - 1);
    }
  }
  element('heatmap').replaceChildren(canvas);
  element('speed').textContent =
    `Measured now: attention over 8 heads of 512 queries and keys, head size 64, takes ${number(milliseconds, 3)} ms: ${number(flop / milliseconds / 1e6, 3)} GFLOP/s on one thread, without a 512 x 512 matrix.`;
}

void startPage(async (engine) => {
  const selection = new Live({ engine, task: 'attend', draw: drawSelection, fail: showError });
  const mask = new Live({ engine, task: 'maskedWeights', draw: drawMask, fail: showError });
  await Promise.all([
    onForm(element<HTMLFormElement>('select'), (values) =>
      selection.ask({
        select: values.select as 'one' | 'two',
        keys: Number(values.keys),
        epsilon: Number(values.epsilon),
        stretch: Number(values.stretch),
      }),
    ),
    onForm(element<HTMLFormElement>('mask'), (values) =>
      mask.ask({
        queries: Number(values.queries),
        keys: Number(values.keys),
        headSize: Number(values.headSize),
        scale: Number(values.scale),
        causal: values.causal as RequestOf<'maskedWeights'>['causal'],
      }),
    ),
  ]);
});
