import { chartSvg } from '../page/chart.js';
import { onForm, readForm, setForm } from '../page/form.js';
import { element, showError, startPage } from '../page/start.js';
import { definitions, number } from '../page/text.js';
import type { RequestOf, ResponseOf } from '../tasks/index.js';
import type { Engine } from '../worker/engine.js';
import { Live } from '../worker/live.js';

const form = element<HTMLFormElement>('controls');

function request(values: ReturnType<typeof readForm>): RequestOf<'oneDimensional'> {
  const value = (name: string) => Number(values[name]);
  return {
    x: values.x === '1' ? 1 : 0,
    weight: value('weight'),
    bias: value('bias'),
    mu: value('mu'),
    logvar: value('logvar'),
  };
}

/** Horizontal bars from 0 to the left: all terms are negative or shown as what they take away. */
function termBars({ check }: ResponseOf<'oneDimensional'>): string {
  const terms = [
    ['log p(x)', check.logEvidence, 3],
    ['ELBO', check.elbo, 1],
    ['reconstruction', check.reconstruction, 4],
    ['− KL(q ‖ p(z))', -check.kl, 2],
    ['− gap KL(q ‖ p(z|x))', -check.gap, 6],
  ] as const;
  const most = Math.max(0.5, ...terms.map(([, value]) => Math.abs(value)));
  const rows = terms.map(([name, value, colour], i) => {
    const [y, long] = [8 + 30 * i, (Math.abs(value) / most) * 300];
    return `<text x="150" y="${y + 15}" text-anchor="end">${name}</text><rect class="bar s${colour}" x="160" y="${y}" width="${long.toFixed(1)}" height="20"/><text x="${(168 + long).toFixed(1)}" y="${y + 15}">${number(value, 5)}</text>`;
  });
  return `<svg viewBox="0 0 560 164" role="img" aria-label="The terms in nats">${rows.join('')}</svg>`;
}

function draw(response: ResponseOf<'oneDimensional'>): void {
  const { check, sampled, curves } = response;
  element('densities').innerHTML = chartSvg({
    title: 'Densities of the prior, the encoder and the posterior',
    x: { label: 'z' },
    y: { label: 'density', min: 0 },
    series: [
      { name: 'prior p(z)', points: curves.map(({ z, prior }) => [z, prior]), colour: 5, style: 'dashed' },
      { name: 'encoder q(z|x)', points: curves.map(({ z, q }) => [z, q]), colour: 1 },
      { name: 'posterior p(z|x)', points: curves.map(({ z, posterior }) => [z, posterior]), colour: 3 },
    ],
  });
  element('bars').innerHTML = termBars(response);
  definitions(element('numbers'), [
    ['the integral', `${number(check.definition, 10)} nats`],
    ['reconstruction − KL', `${number(check.elbo, 10)} nats`],
    ['their difference', number(check.difference, 2)],
    [`elbo, ${sampled.draws} draws`, `${number(sampled.elbo, 6)} nats in ${number(sampled.milliseconds, 2)} ms`],
  ]);
  element('identity').textContent =
    `Both sides of the identity differ by ${number(check.difference, 2)} nats here, and the bound falls short of log p(x) by exactly KL(q(z|x) || p(z|x)) = ${number(check.gap, 5)}.`;
}

function drawPath({ path }: ResponseOf<'ascent'>, logEvidence: number): void {
  element('path').innerHTML = chartSvg({
    title: 'The bound over the steps of gradient ascent',
    x: { label: 'step' },
    y: { label: 'nats' },
    height: 240,
    series: [
      { name: 'ELBO', points: path.map((state, step) => [step, state.elbo]), colour: 1 },
      {
        name: 'log p(x)',
        points: [
          [0, logEvidence],
          [path.length - 1, logEvidence],
        ],
        colour: 3,
        style: 'dashed',
      },
    ],
  });
}

async function climb(engine: Engine, evidence: () => number): Promise<void> {
  const found = await engine.compute('ascent', { ...request(readForm(form)), steps: 60, rate: 0.4 });
  drawPath(found, evidence());
  const last = found.path.at(-1);
  if (last) setForm(form, { mu: last.mu, logvar: last.logvar });
}

async function readImages(engine: Engine, file: File): Promise<void> {
  const found = await engine.compute('imageFloor', { bytes: await file.arrayBuffer() });
  definitions(element('floor'), [
    ['file', `${file.name}: ${found.count} images, shape ${found.shape.join(' x ')}`],
    ['floor, the entropy of the pixels', `${number(found.floor, 6)} nats per image`],
    ['plateau, the best constant decoder', `${number(found.plateau, 6)} nats per image`],
    ['all logits zero', `${number(found.untrained, 6)} nats per image`],
  ]);
  const canvas = element<HTMLCanvasElement>('shown');
  const { rows, columns, shown, pixels } = found;
  [canvas.width, canvas.height, canvas.hidden] = [Math.max(1, shown * (columns + 2)), rows, false];
  canvas.style.width = '100%';
  canvas.style.imageRendering = 'pixelated';
  const context = canvas.getContext('2d');
  for (let i = 0; i < shown; i++) {
    const image = new ImageData(columns, rows);
    for (let j = 0; j < rows * columns; j++)
      image.data.set([0, 0, 0, (pixels[i * rows * columns + j] as number) * 255], 4 * j);
    if (matchMedia('(prefers-color-scheme: dark)').matches) {
      for (let j = 0; j < image.data.length; j += 4) image.data.fill(255, j, j + 3);
    }
    context?.putImageData(image, i * (columns + 2), 0);
  }
}

const shown = (error: unknown): void => showError(error instanceof Error ? error : new Error(String(error)));

void startPage(async (engine) => {
  let logEvidence = 0;
  const live = new Live({
    engine,
    task: 'oneDimensional',
    draw: (response) => {
      logEvidence = response.check.logEvidence;
      draw(response);
    },
    fail: showError,
  });
  await onForm(form, (values) => live.ask(request(values)));
  drawPath(await engine.compute('ascent', { ...request(readForm(form)), steps: 60, rate: 0.4 }), logEvidence);
  element('climb').addEventListener('click', () => void climb(engine, () => logEvidence).catch(shown));
  element<HTMLInputElement>('file').addEventListener('change', ({ target }) => {
    const file = (target as HTMLInputElement).files?.[0];
    if (file) void readImages(engine, file).then(() => showError(undefined), shown);
  });
});
