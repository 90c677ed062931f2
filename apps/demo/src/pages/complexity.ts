import { chartSvg } from '../page/chart.js';
import { onForm } from '../page/form.js';
import { element, showError, startPage } from '../page/start.js';
import { definitions, number, tableElement } from '../page/text.js';
import type { RequestOf, ResponseOf } from '../tasks/index.js';
import { Live } from '../worker/live.js';

function drawCosts({ curves, crossovers, spans, tables }: ResponseOf<'costs'>, { t }: RequestOf<'costs'>): void {
  element('flops').innerHTML = chartSvg({
    title: 'FLOP of a forward pass over the number of timesteps',
    x: { label: 'timesteps t', log: true },
    y: { label: 'FLOP', log: true },
    height: 360,
    marks: [{ x: t, name: `t = ${t}` }],
    series: curves.map(({ name, points }, i) => ({ name, points, colour: [5, 4, 2, 1][i] ?? 6 })),
  });
  definitions(
    element('crossovers'),
    crossovers.map(({ what, at, value }) => [`t = ${at} = ${number(value, 6)}`, what] as const),
  );
  element('spans').replaceChildren(
    tableElement({
      head: ['', 'one after another', 'span', 'work / span'],
      rows: spans.map(({ name, steps, span, parallelism }) => [name, steps, number(span, 6), number(parallelism, 4)]),
      right: [2, 3],
    }),
  );
  definitions(
    element('waits'),
    spans.flatMap(({ name, formula, dependency }) => [
      [`${name} span`, formula] as const,
      [`${name} waits`, dependency] as const,
    ]),
  );
  element('tables').replaceChildren(
    ...tables.flatMap(({ title, rows }) => {
      const heading = document.createElement('h3');
      heading.textContent = title;
      const box = document.createElement('div');
      box.className = 'scroll';
      box.append(
        tableElement({
          head: ['', 'phase', 'counted', 'claim', 'exact', 'at these sizes', '', 'why'],
          rows: rows.map((row) => [
            row.architecture,
            row.phase,
            row.reading,
            row.claim,
            row.exact,
            number(row.number),
            row.verdict,
            row.reason,
          ]),
          right: [5],
        }),
      );
      return [heading, box];
    }),
  );
}

function drawMeasured({ width, points }: ResponseOf<'measuredBlock'>): void {
  element('measured').innerHTML = chartSvg({
    title: 'Milliseconds of the attention core and of the rest of the block over the number of timesteps',
    x: { label: 'timesteps t', log: true },
    y: { label: 'ms', log: true },
    marks: [{ x: 6 * width, name: `6n = ${6 * width}` }],
    series: [
      { name: 'attention core', points: points.map(({ t, core }) => [t, Math.max(core, 0.005)]), colour: 2 },
      {
        name: 'projections and feed-forward',
        points: points.map(({ t, rest }) => [t, Math.max(rest, 0.005)]),
        colour: 1,
      },
    ],
  });
}

void startPage(async (engine) => {
  const costs = new Live({ engine, task: 'costs', draw: drawCosts, fail: showError });
  const first = onForm(element<HTMLFormElement>('controls'), (values) =>
    costs.ask({ n: Number(values.n), l: Number(values.l), t: Number(values.t), h: Number(values.h) }),
  );
  await first;
  drawMeasured(await engine.compute('measuredBlock', { width: 64 }));
});
