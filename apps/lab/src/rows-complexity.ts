import {
  type Analysis,
  analyze,
  architectures,
  type ComparisonRow,
  type Crossover,
  compare,
  crossover,
  Polynomial,
  parallelism,
} from '@dlv/complexity';
import type { Backend } from '@dlv/kernels';
import { figure, grouped } from './figures.js';
import { core, part, type ReportRow, row } from './report.js';
import { type Coupling, couplings } from './token-coupling.js';

const section = '1. Complexity and parallelism (n neurons, l layers, t timesteps)';

/** Sizes at which the report shows numbers: an encoder of the size of the original Transformer. */
const sizes = { n: 512, l: 6, t: 1024, h: 8 };

/** The eight rows of question 1; what layers couple is measured on `backend`. */
export function complexityRows(backend: Backend): ReportRow[] {
  const [time, space] = compare({ sizes }).tables;
  const coupled = couplings(backend);
  return [
    recurrentTime(time.rows),
    transformerTime(time.rows),
    recurrentSpace(space.rows),
    transformerSpace(space.rows),
    whichIsWorse(),
    couplingRow(coupled.attention),
    sequentialRow(),
    perTokenRow(coupled),
  ];
}

const of = (rows: readonly ComparisonRow[], architecture: string) =>
  rows.filter((entry) => entry.architecture === architecture);
const reading = ({ phase, reading: counted, exact, verdict }: ComparisonRow) =>
  `${phase}, ${counted}: ${exact} (${verdict})`;
const holds = (rows: readonly ComparisonRow[]) => rows.every(({ verdict }) => verdict === 'agree');
const readings = (rows: readonly ComparisonRow[]) => rows.map(reading).join('; ');
const atSizes = `n = ${sizes.n}, l = ${sizes.l}, t = ${sizes.t}, h = ${sizes.h}`;

function recurrentTime(rows: readonly ComparisonRow[]): ReportRow {
  const found = of(rows, 'RNN');
  const gated = (['gru', 'lstm'] as const).map((cell) => analyze(architectures[cell](), { phase: 'test' }).flops);
  return row({
    id: '1.1',
    section,
    claim: 'Time of an RNN: t l n^2 for training and for test.',
    result: `True up to constants: ${found.map(({ phase, exact }) => `${exact} FLOP for ${phase}`).join(', ')}.`,
    checks: found.map((entry) =>
      core(
        `the order of growth is right for ${entry.phase}`,
        entry.verdict === 'agree',
        `${reading(entry)}; ${entry.reason}`,
      ),
    ),
    notes: [
      `Gates change the constant: GRU ${gated[0]}, LSTM ${gated[1]} FLOP for test.`,
      `At ${atSizes}: ${found.map(({ phase, number }) => `${phase} ${grouped(number ?? 0)} FLOP`).join(', ')}.`,
    ],
    expected: 'agree',
  });
}

function transformerTime(rows: readonly ComparisonRow[]): ReportRow {
  const found = of(rows, 'Transformer');
  const attention = found.filter((entry) => entry.reading.includes('attention core'));
  const whole = found.filter((entry) => !attention.includes(entry) && !entry.reading.startsWith('generation'));
  const generation = found.filter((entry) => entry.reading.startsWith('generation'));
  const block = analyze(architectures.transformer(), { phase: 'test' });
  return row({
    id: '1.2',
    section,
    claim: 'Time of a Transformer: t^2 l n for training and for test.',
    result: `Incomplete: that is the attention core alone. A forward pass costs ${block.flops} FLOP; projections and feed-forward layers add the term with n^2.`,
    checks: [
      core('the attention core grows like t^2 l n', holds(attention), readings(attention)),
      part('a whole block grows like t^2 l n', holds(whole), readings(whole)),
      part('generating t timesteps one by one grows like t^2 l n', holds(generation), readings(generation)),
    ],
    notes: [`Parts of a forward pass: ${block.terms.map(({ name, flops }) => `${name} ${flops}`).join(', ')}.`],
    expected: 'incomplete',
  });
}

function recurrentSpace(rows: readonly ComparisonRow[]): ReportRow {
  const found = of(rows, 'RNN');
  const activations = found.filter((entry) => entry.reading === 'activations');
  const weights = found.filter((entry) => !activations.includes(entry));
  return row({
    id: '1.3',
    section,
    claim: 'Space of an RNN: t l n for training, l n for test.',
    result: `True for activations; the weights are missing: ${analyze(architectures.rnn(), { phase: 'test' }).parameters} of them, which pass the activations of a test at once.`,
    checks: [
      core('the activations grow so', holds(activations), readings(activations)),
      part('all that has to be stored grows so', holds(weights), readings(weights)),
    ],
    expected: 'incomplete',
  });
}

function transformerSpace(rows: readonly ComparisonRow[]): ReportRow {
  const found = of(rows, 'Transformer');
  const has = (text: string) =>
    found.filter((entry) => entry.reading.includes(text) && !entry.reading.includes('weights'));
  const tiled = has('scores tiled').filter(({ phase }) => phase === 'training');
  const cached = has('keys and values kept');
  const stored = has('scores stored').filter(({ phase }) => phase === 'training');
  const weights = found.filter((entry) => entry.reading.includes('weights'));
  return row({
    id: '1.4',
    section,
    claim: 'Space of a Transformer: t l n for training and for test.',
    result:
      'Incomplete: true for activations with tiled attention, and for generation with a cache of keys and values; stored scores add l h t^2, and weights are missing.',
    checks: [
      core('training with tiled attention grows like t l n', holds(tiled), readings(tiled)),
      core('generation that keeps keys and values grows like t l n', holds(cached), readings(cached)),
      part('training with stored scores grows like t l n', holds(stored), readings(stored)),
      part('all that has to be stored grows like t l n', holds(weights), readings(weights)),
    ],
    expected: 'incomplete',
  });
}

/** The cost of the named terms of a forward pass; all of them without names. */
function flopsOf({ terms }: Analysis, ...names: string[]): Polynomial {
  return Polynomial.sum(
    terms.filter(({ name }) => names.length === 0 || names.includes(name)).map(({ flops }) => flops),
  );
}

const rootsOf = ({ roots }: Crossover) =>
  roots.map((root) => (root.kind === 'exact' ? `${root.at}` : figure(root.value))).join(', ');
const regionsOf = (found: Crossover, a: string, b: string) =>
  found.regions
    .map(({ where, cheaper }) => `${where}: ${cheaper === 'a' ? a : cheaper === 'b' ? b : 'neither'} is cheaper`)
    .join('; ');

function whichIsWorse(): ReportRow {
  const cell = analyze(architectures.rnn(), { phase: 'test' });
  const block = analyze(architectures.transformer(), { phase: 'test' });
  const attentionCore = flopsOf(block, 'attention scores', 'weighted values');
  const feedForward = flopsOf(block, 'feed-forward');
  const rest = block.flops.minus(attentionCore);
  const sublayer = block.flops.minus(feedForward);
  const found = {
    recurrent: crossover(cell.flops, attentionCore, 't'),
    feedForward: crossover(feedForward, sublayer, 't'),
    rest: crossover(rest, attentionCore, 't'),
    whole: crossover(cell.flops, block.flops, 't'),
  };
  const at = parallelism(sizes);
  return row({
    id: '1.5',
    section,
    claim:
      'When n < t a Transformer does worse than an RNN: its attention layer costs more than its feed-forward layer.',
    result: `Incomplete: the attention core passes an RNN layer at t = ${rootsOf(found.recurrent)} exactly, but the feed-forward layer only at t = ${rootsOf(crossover(feedForward, attentionCore, 't'))}, and all the rest of its block at t = ${rootsOf(found.rest)}. A whole block costs more than an RNN layer at every t, and still ends sooner on parallel hardware.`,
    checks: [
      core(
        'the attention core costs more than an RNN layer exactly when n < t',
        rootsOf(found.recurrent) === 'n',
        regionsOf(found.recurrent, 'the RNN layer', 'the attention core'),
      ),
      part(
        'attention with its projections costs more than the feed-forward layer exactly when n < t',
        rootsOf(found.feedForward) === 'n',
        regionsOf(found.feedForward, 'the feed-forward layer', 'attention'),
      ),
      part(
        'below t = n a Transformer block costs less than an RNN layer',
        rootsOf(found.whole) !== '',
        regionsOf(found.whole, 'the RNN layer', 'the block'),
      ),
      part(
        'when n < t the Transformer is the slower one whatever the hardware',
        at.transformer.span >= at.rnn.span,
        `critical path at ${atSizes}: RNN ${grouped(at.rnn.span)}, Transformer ${grouped(at.transformer.span)} operations`,
      ),
    ],
    notes: [`Attention passes the rest of its block (${rest} FLOP) at t = ${rootsOf(found.rest)}.`],
    expected: 'incomplete',
  });
}

/** The critical path of one block at t and at 2 t tokens, doubling t from `from` on. */
function growthOfSpan(phase: 'training' | 'test', generation: 'none' | 'cached') {
  return [1024, 2048, 4096, 8192].map((t) => ({ t, ...parallelism({ ...sizes, t, phase, generation }) }));
}

function couplingRow(attention: Coupling): ReportRow {
  const pass = growthOfSpan('test', 'none');
  const generated = growthOfSpan('test', 'cached');
  const spans = (list: typeof pass, of: 'rnn' | 'transformer') =>
    list.map(({ t, [of]: cost }) => `t ${t}: ${grouped(cost.span)}`).join(', ');
  const doubles = (list: typeof pass, of: 'rnn' | 'transformer') =>
    list.every((entry, i) => i === 0 || entry[of].span > 1.9 * (list[i - 1] as typeof entry)[of].span);
  return row({
    id: '1.6',
    section,
    claim:
      'Self-attention looks across tokens and is a bottleneck for parallelism; there is a trade-off between sequential operations and decoding cost.',
    result:
      'Misleading: attention is what couples the tokens, but its critical path grows with log t only. What is sequential is generating one token after another, whatever the layer.',
    checks: [
      core(
        'self-attention couples tokens',
        attention.others > 0,
        `changing one of 8 tokens moves the outputs of the others by up to ${figure(attention.others)}`,
      ),
      core(
        'generation is sequential: its critical path doubles with t',
        doubles(generated, 'transformer'),
        spans(generated, 'transformer'),
      ),
      part(
        'attention blocks parallelism: the critical path of a pass grows like t',
        doubles(pass, 'transformer'),
        `Transformer ${spans(pass, 'transformer')}; RNN ${spans(pass, 'rnn')}`,
      ),
    ],
    expected: 'incomplete',
  });
}

function sequentialRow(): ReportRow {
  const { rnn, transformer } = parallelism(sizes);
  const long = growthOfSpan('training', 'none');
  const last = long.at(-1) as (typeof long)[number];
  return row({
    id: '1.7',
    section,
    claim:
      'The sequential operations of a Transformer do not depend on the length; on parallel hardware it learns faster than an RNN from long sequences.',
    result: `True where a layer is one operation: ${transformer.sequentialStepsFormula} steps against ${rnn.sequentialStepsFormula} of an RNN. Counting the sums inside a layer, the critical path is ${transformer.spanFormula}: logarithmic in t.`,
    checks: [
      core(
        'the number of layers one after another is free of t',
        !transformer.blocks.growsWithLength && rnn.blocks.growsWithLength,
        `Transformer ${transformer.sequentialStepsFormula}, RNN ${rnn.sequentialStepsFormula}`,
      ),
      core(
        'the critical path of a training step is shorter than that of an RNN, and the more so the longer the sequence',
        long.every(
          ({ rnn: cell, transformer: block }, i) =>
            block.span < cell.span && (i === 0 || cell.span / block.span > ratio(long[i - 1]!)),
        ),
        long
          .map(({ t, rnn: cell, transformer: block }) => `t ${t}: ${grouped(block.span)} against ${grouped(cell.span)}`)
          .join(', '),
      ),
    ],
    notes: [
      `Work / span, the processors that can be kept busy, at t = ${last.t}: Transformer ${figure(last.transformer.parallelism)}, RNN ${figure(last.rnn.parallelism)}.`,
      `An RNN cell waits: ${rnn.blocks.dependency}. A Transformer block: ${transformer.blocks.dependency}.`,
    ],
    expected: 'agree',
  });
}

const ratio = ({ rnn, transformer }: { rnn: { span: number }; transformer: { span: number } }) =>
  rnn.span / transformer.span;

function perTokenRow({
  feedForward,
  layerNorm,
  batchNorm,
}: Record<'feedForward' | 'layerNorm' | 'batchNorm', Coupling>): ReportRow {
  const numbers = ({ others, alone }: Coupling) =>
    `changing one token moves the others by ${figure(others)}; run apart, tokens differ by ${figure(alone)}`;
  const perToken = ({ others, alone }: Coupling) => others === 0 && alone < 1e-5;
  return row({
    id: '1.8',
    section,
    claim: 'Feed-forward and norm layers act per token, look at the context vector only, and run in parallel.',
    result: 'True for the feed-forward layer and LayerNorm; BatchNorm couples the tokens while training.',
    checks: [
      core('the feed-forward layer acts per token', perToken(feedForward), numbers(feedForward)),
      core('LayerNorm acts per token', perToken(layerNorm), numbers(layerNorm)),
      part('so does every norm layer: BatchNorm in training', perToken(batchNorm), numbers(batchNorm)),
    ],
    expected: 'incomplete',
  });
}
