import { figure, nats } from './figures.js';
import type { Check, ElboTerms, LabReport, ReportRow, Verdict } from './report.js';
import { beside, wrap } from './wrap.js';

/** How {@link formatText} lays the report out. */
export interface TextOptions {
  /** Characters in a line; at least 40 are used. Default 100. */
  width?: number;
  /** Whether to colour by ANSI escapes. Default false. */
  colour?: boolean;
}

const escapes = { agree: 32, incomplete: 33, wrong: 31, bold: 1, dim: 2 } as const;
type Paint = (style: keyof typeof escapes, text: string) => string;

// Below this a claim and its result no longer fit beside each other.
const besideFrom = 72;

/** The report as lines of text that end in a newline. */
export function formatText(report: LabReport, options: TextOptions = {}): string {
  const width = Math.max(40, Math.floor(options.width ?? 100));
  const paint: Paint = (style, text) => (options.colour ? `\u001b[${escapes[style]}m${text}\u001b[0m` : text);
  const lines = [...heading(report, width, paint)];
  let section = '';
  for (const row of report.rows) {
    if (row.section !== section) {
      section = row.section;
      lines.push('', ...title(section, width, paint));
    }
    lines.push('', ...rowLines(row, width, paint));
  }
  lines.push('', ...imageLines(report, width, paint), '', ...timingLines(report, width, paint), '');
  lines.push(...summaryLines(report, width, paint));
  return `${lines.join('\n')}\n`;
}

function title(text: string, width: number, paint: Paint): string[] {
  return [...wrap(text, width).map((line) => paint('bold', line)), '─'.repeat(Math.min(width, 100))];
}

function heading({ title: name, machine, versions, date }: LabReport, width: number, paint: Paint): string[] {
  const wasm = machine.simd ? `, SIMD${machine.relaxedSimd ? ' (relaxed)' : ''}` : '';
  return [
    ...title(name, width, paint),
    ...wrap(`${machine.cpu}, ${machine.cores} cores, ${figure(machine.memoryGiB, 3)} GiB, ${machine.platform}`, width),
    ...wrap(
      `Node ${machine.node}; ${machine.backend} backend: ${machine.engine}${wasm}, ${threads(machine.threads)}`,
      width,
    ),
    ...wrap(
      Object.entries(versions)
        .map(([pack, version]) => `${pack} ${version}`)
        .join(', '),
      width,
    ),
    date,
  ];
}

const threads = (count: number) => `${count} thread${count === 1 ? '' : 's'}`;

function rowLines(row: ReportRow, width: number, paint: Paint): string[] {
  const lines = [paint('bold', `${row.id}  `) + paint(row.verdict, row.verdict.toUpperCase()) + unexpected(row)];
  if (width >= besideFrom) {
    const left = Math.floor((width - 7) / 2);
    const claim = ['the assignment', ...wrap(row.claim, left)];
    const result = ['computed', ...wrap(row.result, width - 7 - left)];
    const [head = '', ...body] = beside(claim, result, left);
    lines.push(`    ${paint('dim', head)}`, ...body.map((line) => `    ${line}`));
  } else {
    lines.push(...labelled('the assignment: ', row.claim, width), ...labelled('computed: ', row.result, width));
  }
  lines.push(...row.checks.flatMap((check) => checkLines(check, width, paint)));
  return [...lines, ...row.notes.flatMap((note) => hanging('    · ', note, width).map((line) => paint('dim', line)))];
}

const unexpected = ({ verdict, expected }: { verdict: Verdict; expected: Verdict }) =>
  verdict === expected ? '' : `  (expected: ${expected})`;

function labelled(label: string, text: string, width: number): string[] {
  return wrap(`${label}${text}`, width - 4).map((line) => `    ${line}`);
}

function hanging(bullet: string, text: string, width: number): string[] {
  return wrap(text, width - bullet.length).map((line, i) => (i === 0 ? bullet : ' '.repeat(bullet.length)) + line);
}

function checkLines(check: Check, width: number, paint: Paint): string[] {
  const [first = '', ...rest] = hanging('    ✓ ', `${check.statement}: ${check.numbers}`, width);
  const mark = check.holds ? paint('agree', '✓') : paint('wrong', '✗');
  return [first.replace('✓', () => mark), ...rest];
}

function imageLines({ images }: LabReport, width: number, paint: Paint): string[] {
  const { model, train, test } = images;
  const terms = (name: string, value: ElboTerms) =>
    wrap(
      `${name} (${value.images} images): reconstruction ${nats(value.reconstruction)}, KL ${nats(value.kl)}, ELBO ${nats(value.elbo)}`,
      width - 6,
    ).map((line, i) => `    ${i === 0 ? '' : '  '}${line}`);
  return [
    ...title('Images through the ELBO', width, paint),
    ...wrap(images.description, width),
    '',
    `    ${paint(images.verdict, images.verdict.toUpperCase())}`,
    ...labelled('floor, the entropy of the test pixels: ', nats(images.floor), width),
    ...labelled('plateau, -ELBO of the best constant decoder (a collapsed VAE): ', nats(images.plateau), width),
    ...labelled('all logits zero (an untrained VAE): ', nats(images.untrained), width),
    ...labelled(
      'model: ',
      `${model.description}, ${model.parameters} parameters, ${model.steps} Adam steps of ${model.batch} images in ${figure(model.seconds, 3)} s`,
      width,
    ),
    ...terms('trained, training batch', train),
    ...terms('trained, test', test),
    ...labelled(
      '-ELBO of the training batch by step: ',
      images.curve.map(({ step, loss }) => `${step}: ${loss.toFixed(1)}`).join(', '),
      width,
    ),
    ...images.checks.flatMap((check) => checkLines(check, width, paint)),
  ];
}

function timingLines({ timings }: LabReport, width: number, paint: Paint): string[] {
  return [
    ...title('Times measured here (they decide no verdict)', width, paint),
    ...timings.flatMap(({ what, milliseconds, gflopPerSecond }) =>
      labelled(`${what}: `, `${figure(milliseconds, 3)} ms, ${figure(gflopPerSecond, 3)} GFLOP/s`, width),
    ),
  ];
}

function summaryLines({ rows, summary, unexpected: odd, seconds }: LabReport, width: number, paint: Paint): string[] {
  const counts = (['agree', 'incomplete', 'wrong'] as const).map((verdict) => `${summary[verdict]} ${verdict}`);
  return [
    ...title('Summary', width, paint),
    ...rows.flatMap((row) => {
      const [first = '', ...rest] = hanging(`${row.id}  ${row.verdict.padEnd(10)}  `, row.claim, width);
      return [first.replace(row.verdict, (verdict) => paint(row.verdict, verdict)), ...rest];
    }),
    '',
    ...wrap(`${rows.length} claims: ${counts.join(', ')}. Computed in ${figure(seconds, 3)} s.`, width),
    ...(odd.length === 0
      ? []
      : wrap(
          `Verdicts that differ from the expected ones: ${odd.join(', ')}. DLV or this machine is at fault.`,
          width,
        )),
  ];
}
