import { figure, grouped, nats } from './figures.js';
import type { Check, LabReport, ReportRow, Verdict } from './report.js';

/** The report as one HTML page without scripts or outside files; follows the reader's light or dark setting. */
export function formatHtml(report: LabReport): string {
  const sections = [...new Set(report.rows.map((row) => row.section))];
  const { machine, summary } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(report.title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escaped(report.title)}</h1>
<p>${report.rows.length} claims: ${verdicts.map((verdict) => `${badge(verdict)} ${summary[verdict]}`).join(' ')}</p>
${report.unexpected.length === 0 ? '' : `<p><strong>Verdicts that differ from the expected ones: ${escaped(report.unexpected.join(', '))}.</strong></p>`}
<p class="quiet">${escaped(report.date)}. ${escaped(machine.cpu)}, ${machine.cores} cores, ${figure(machine.memoryGiB, 3)} GiB,
${escaped(machine.platform)}, Node ${escaped(machine.node)}. Backend ${escaped(machine.backend)}: ${escaped(machine.engine)},
${machine.threads} thread${machine.threads === 1 ? '' : 's'}. Computed in ${figure(report.seconds, 3)} s.</p>
</header>
<main>
${sections.map((section) => sectionHtml(section, report.rows)).join('\n')}
${imagesHtml(report)}
${timingsHtml(report)}
</main>
<footer class="quiet">${Object.entries(report.versions)
    .map(([name, version]) => escaped(`${name} ${version}`))
    .join(', ')}</footer>
</body>
</html>
`;
}

const verdicts: readonly Verdict[] = ['agree', 'incomplete', 'wrong'];

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(/\n/g, '<br>');

const badge = (verdict: Verdict) => `<span class="badge ${verdict}">${verdict}</span>`;

function sectionHtml(section: string, rows: readonly ReportRow[]): string {
  const cells = rows
    .filter((row) => row.section === section)
    .map(
      (row) => `<tr>
<td data-label="The assignment">${escaped(row.claim)}</td>
<td data-label="Computed">${escaped(row.result)}
<details><summary>the numbers</summary>${checkList(row.checks)}${noteList(row.notes)}</details></td>
<td data-label="Verdict">${badge(row.verdict)}${row.verdict === row.expected ? '' : ` expected: ${row.expected}`}</td>
</tr>`,
    );
  return `<section>
<h2>${escaped(section)}</h2>
<table class="claims">
<thead><tr><th scope="col">The assignment</th><th scope="col">Computed</th><th scope="col">Verdict</th></tr></thead>
<tbody>${cells.join('\n')}</tbody>
</table>
</section>`;
}

const checkList = (checks: readonly Check[]) =>
  `<ul class="checks">${checks
    .map(
      ({ statement, holds, numbers }) =>
        `<li><span class="${holds ? 'yes' : 'no'}">${holds ? '✓ holds' : '✗ fails'}</span> ${escaped(statement)}: <span class="quiet">${escaped(numbers)}</span></li>`,
    )
    .join('')}</ul>`;

const noteList = (notes: readonly string[]) =>
  notes.length === 0 ? '' : `<ul>${notes.map((note) => `<li class="quiet">${escaped(note)}</li>`).join('')}</ul>`;

function imagesHtml({ images }: LabReport): string {
  const { model, train, test } = images;
  const elboRow = (name: string, terms: typeof train) => `<tr><td data-label="Images">${name} (${terms.images})</td>
<td data-label="Reconstruction">${nats(terms.reconstruction)}</td><td data-label="KL">${nats(terms.kl)}</td>
<td data-label="ELBO">${nats(terms.elbo)}</td></tr>`;
  return `<section>
<h2>Images through the ELBO ${badge(images.verdict)}</h2>
<p>${escaped(images.description)}</p>
<dl>
<dt>Floor: entropy of the test pixels</dt><dd>${nats(images.floor)}</dd>
<dt>Plateau: -ELBO of the best constant decoder</dt><dd>${nats(images.plateau)}</dd>
<dt>All logits zero</dt><dd>${nats(images.untrained)}</dd>
<dt>Model</dt><dd>${escaped(model.description)}, ${grouped(model.parameters)} parameters, ${model.steps} Adam steps of ${model.batch} images in ${figure(model.seconds, 3)} s</dd>
</dl>
${curveSvg(images)}
<table>
<thead><tr><th scope="col">Images</th><th scope="col">Reconstruction</th><th scope="col">KL</th><th scope="col">ELBO</th></tr></thead>
<tbody>${elboRow('training batch', train)}${elboRow('test', test)}</tbody>
</table>
${checkList(images.checks)}
</section>`;
}

/** -ELBO by step, with the plateau and the floor as lines. */
function curveSvg({ curve, plateau, floor }: LabReport['images']): string {
  const top = 1.1 * Math.max(plateau, ...curve.map(({ loss }) => loss));
  const last = Math.max(1, curve.at(-1)?.step ?? 1);
  const x = (step: number) => (40 + (550 * step) / last).toFixed(1);
  const y = (loss: number) => (190 - (180 * loss) / top).toFixed(1);
  const level = (value: number, name: string) =>
    `<line x1="40" x2="590" y1="${y(value)}" y2="${y(value)}" class="level"/><text x="590" y="${Number(y(value)) - 4}" text-anchor="end">${name} ${value.toFixed(1)}</text>`;
  return `<svg viewBox="0 0 600 215" role="img" aria-label="-ELBO of the training batch by step">
${level(plateau, 'plateau')}${level(floor, 'floor')}
<polyline points="${curve.map(({ step, loss }) => `${x(step)},${y(loss)}`).join(' ')}"/>
<text x="40" y="208">step 0</text><text x="590" y="208" text-anchor="end">step ${last}</text>
</svg>`;
}

function timingsHtml({ timings }: LabReport): string {
  return `<section>
<h2>Times measured here</h2>
<p>They decide no verdict.</p>
<table>
<thead><tr><th scope="col">What</th><th scope="col">ms</th><th scope="col">GFLOP/s</th></tr></thead>
<tbody>${timings
    .map(
      (
        time,
      ) => `<tr><td data-label="What">${escaped(time.what)}</td><td data-label="ms">${figure(time.milliseconds, 3)}</td>
<td data-label="GFLOP/s">${figure(time.gflopPerSecond, 3)}</td></tr>`,
    )
    .join('')}</tbody>
</table>
</section>`;
}

// Below 40rem each table row becomes a card whose cells name their column.
const style = `
:root { --ink: #1c1e21; --quiet: #5a6068; --page: #fff; --line: #d5d9de; --agree: #1a7340; --incomplete: #8a5a00; --wrong: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ea; --quiet: #a2a9b1; --page: #15171a; --line: #363b41; --agree: #6fd497; --incomplete: #f0bd57; --wrong: #ff9088; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
h1 { font-size: 1.5rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
.quiet { color: var(--quiet); font-size: .9rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.claims th:nth-child(1) { width: 38%; } .claims th:nth-child(3) { width: 7.5rem; }
.badge { font-weight: 600; border: 1px solid; border-radius: 1rem; padding: 0 .6rem; font-size: .9rem; white-space: nowrap; }
.badge.agree, .yes { color: var(--agree); } .badge.incomplete { color: var(--incomplete); } .badge.wrong, .no { color: var(--wrong); }
summary { cursor: pointer; color: var(--quiet); } ul { padding-left: 1.2rem; } .checks { list-style: none; padding-left: 0; }
dl { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .25rem 1rem; } dt { color: var(--quiet); } dd { margin: 0; }
svg { width: 100%; max-width: 40rem; } polyline { fill: none; stroke: var(--ink); stroke-width: 2; } .level { stroke: var(--quiet); stroke-dasharray: 4 4; } svg text { fill: var(--quiet); font-size: 12px; }
@media (max-width: 40rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; width: 100%; }
  tr { border-top: 2px solid var(--line); padding: .5rem 0; } td { border: 0; padding: .2rem 0; }
  td::before { content: attr(data-label); display: block; color: var(--quiet); font-size: .8rem; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; }
}`;
