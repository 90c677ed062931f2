import { averageQuery, copyQuery, scaledDotProductAttention } from '@dlv/attention';
import type { Backend } from '@dlv/kernels';
import { figure } from './figures.js';
import { randomStream } from './random.js';
import { core, part, type ReportRow, row } from './report.js';
import { distance, dot, mean, norm, orthonormal } from './vectors.js';

const section = '2. Attention and orthogonality';

// m orthonormal keys in R^d and values in R^dv; orthonormal but not the standard basis, so that nothing is exact by luck.
const m = 12;
const d = 16;
const dv = 8;
const seed = 2;

/** Both rows of question 2, computed by scaledDotProductAttention on `backend`. */
export function attentionRows(backend: Backend): ReportRow[] {
  const random = randomStream(seed);
  const keys = orthonormal(m, d, random);
  const values = Array.from({ length: m }, () => Array.from({ length: dv }, () => random.normal()));

  const attend = (query: ArrayLike<number>) =>
    backend.scope(() => {
      const { output, weights } = scaledDotProductAttention(
        backend.tensor(Array.from(query), [1, d]),
        backend.tensor(keys.flat(), [m, d]),
        backend.tensor(values.flat(), [m, dv]),
        { scale: 1, returnWeights: true },
      );
      return { read: { z: [...output.dataSync()], weights: [...weights!.dataSync()] } };
    }).read;

  return [copyRow(keys, values, attend), averageRow(keys, values, attend)];
}

type Attend = (query: ArrayLike<number>) => { z: number[]; weights: number[] };

// A logit is a float32 dot product: its error is at most d 2^-24 |q||k| with |k| = 1, and a logit error of delta moves a
// weight by a factor of at most e^(2 delta). Half an ulp per operation is added for exp, the sum and the division.
const weightTolerance = (query: ArrayLike<number>) => 2 * d * 2 ** -24 * norm(query) + 8 * 2 ** -24;

const scaled = (vector: readonly number[], by: number) => vector.map((value) => value * by);
const widest = (values: readonly number[][], from: number[]) =>
  Math.max(...values.map((value) => distance(value, from)));

function copyRow(keys: number[][], values: number[][], attend: Attend): ReportRow {
  const j = 4;
  const wanted = values[j]!;
  const spread = widest(values, wanted);

  // float32 exp underflows to 0 below -104, so beta > 104 is the limit itself: every other weight is exactly 0.
  const limit = copyQuery(keys, j, { epsilon: 1e-50, scale: 1 });
  const copied = attend(limit.query);
  const others = Math.max(...copied.weights.filter((_, i) => i !== j));

  const found = [0.1, 0.01, 0.001].map((epsilon) => {
    const { query, beta } = copyQuery(keys, j, { epsilon, scale: 1 });
    const { z, weights } = attend(query);
    const below = attend(scaled(keys[j]!, beta - 0.05)).weights[j]!;
    const leak = 1 - weights[j]!;
    const rest = mean(values.filter((_, i) => i !== j));
    return {
      text: `epsilon ${epsilon}: beta ${figure(beta, 5)}, alpha_j ${weights[j]!.toFixed(6)}, |z - v_j| ${figure(distance(z, wanted))}; at beta - 0.05 alpha_j ${below.toFixed(6)}`,
      beta,
      reached: weights[j]! >= 1 - epsilon - weightTolerance(query),
      missed: below < 1 - epsilon,
      near: distance(z, wanted) <= (leak + weightTolerance(query)) * spread,
      bound: Math.abs(beta - Math.log(((m - 1) * (1 - epsilon)) / epsilon)) < 1e-9 * beta,
      exact: Math.abs(distance(z, wanted) - leak * distance(rest, wanted)) <= 2 * weightTolerance(query) * spread,
    };
  });
  const texts = found.map(({ text }) => text).join('; ');
  const at = found[1]!;

  return row({
    id: '2.1',
    section,
    claim:
      'z = v_j when alpha_j = 1 and the other weights are 0: q is aligned with k_j, and k_i . q << k_j . q for the others.',
    result: `True in the limit. For q = beta k_j and ${m} orthonormal keys alpha_j >= 1 - epsilon from beta = ln((m-1)(1-epsilon)/epsilon) on: ${figure(at.beta, 4)} for 1 %. The error is then at most epsilon times the largest |v_i - v_j|.`,
    checks: [
      core(
        'with alpha_j = 1 and the others 0, z = v_j',
        others === 0 && copied.weights[j] === 1 && distance(copied.z, wanted) <= 2 ** -23 * norm(wanted),
        `beta ${figure(limit.beta, 5)}: alpha_j ${copied.weights[j]}, largest other weight ${others}, |z - v_j| ${figure(distance(copied.z, wanted))}`,
      ),
      core(
        'aligning q with k_j and making the gap of the logits large brings alpha_j to 1 and z to v_j',
        found.every(({ reached, near }) => reached && near),
        texts,
      ),
      part(
        'the smallest beta along k_j is ln((m-1)(1-epsilon)/epsilon): a little less misses 1 - epsilon',
        found.every(({ missed, bound }) => missed && bound),
        texts,
      ),
      part(
        'z - v_j = (1 - alpha_j)(mean of the other values - v_j)',
        found.every(({ exact }) => exact),
        `largest |v_i - v_j| ${figure(spread)}`,
      ),
    ],
    notes: [
      `${m} orthonormal keys in ${d} dimensions, values in ${dv}, seed ${seed}, scale 1, float32.`,
      "The assignment's sentence mixes the indices i and j; it is read as above.",
    ],
    expected: 'agree',
  });
}

function averageRow(keys: number[][], values: number[][], attend: Attend): ReportRow {
  const [a, b] = [3, 8];
  const target = mean([values[a]!, values[b]!]);
  const rest = mean(values.filter((_, i) => i !== a && i !== b));
  const spread = widest(values, target);

  const random = randomStream(seed + 1);
  const betas = keys.map(() => 3 * random.normal());
  const mixed = keys[0]!.map((_, i) => keys.reduce((sum, key, index) => sum + betas[index]! * key[i]!, 0));
  const logitError = Math.max(...keys.map((key, i) => Math.abs(dot(key, mixed) - betas[i]!)));

  const found = [0.1, 0.01, 0.001].map((epsilon) => {
    const { query, beta } = averageQuery(keys, [a, b], { epsilon, scale: 1 });
    const { z, weights } = attend(query);
    const leak = 1 - weights[a]! - weights[b]!;
    const tolerance = 2 * weightTolerance(query);
    const pair = keys[a]!.map((value, i) => value + keys[b]![i]!);
    const shorter = attend(scaled(pair, beta - 0.05)).weights;
    const error = distance(z, target);
    return {
      text: `epsilon ${epsilon}: beta ${figure(beta, 5)}, weights ${weights[a]!.toFixed(6)} and ${weights[b]!.toFixed(6)}, leak ${figure(leak)}, |z - (v_a+v_b)/2| ${figure(error)}; at beta - 0.05 the leak is ${figure(1 - shorter[a]! - shorter[b]!)}`,
      beta,
      near: leak <= epsilon + tolerance && error <= (epsilon + tolerance) * spread,
      even: Math.abs(weights[a]! - weights[b]!) <= tolerance,
      exact: Math.abs(error - leak * distance(rest, target)) <= 2 * tolerance * spread,
      bound:
        1 - shorter[a]! - shorter[b]! > epsilon &&
        Math.abs(beta - Math.log(((m - 2) * (1 - epsilon)) / (2 * epsilon))) < 1e-9 * beta,
    };
  });
  const texts = found.map(({ text }) => text).join('; ');

  // How nearly equal the two must be: beta_a - beta_b = 0.1 moves the weights from 1/2 to sigmoid(+-0.1).
  const uneven = attend(keys[a]!.map((value, i) => 12.1 * value + 12 * keys[b]![i]!)).weights;

  return row({
    id: '2.2',
    section,
    claim:
      'For q = sum_i beta_i k_i with orthonormal keys k_i . q = beta_i, so z ~ (v_a + v_b)/2 when beta_a ~ beta_b >> the others (the others << 0).',
    result: `True. With beta_a = beta_b = beta and the others 0 the leak is (m-2)/(2 e^beta + m - 2), at most epsilon from beta = ln((m-2)(1-epsilon)/(2 epsilon)) on: ${figure(found[1]!.beta, 4)} for 1 %. The others need not be negative.`,
    checks: [
      core('k_i . q = beta_i', logitError <= 1e-12 * norm(mixed), `largest difference ${figure(logitError)}, float64`),
      core(
        'z ~ (v_a + v_b)/2 when beta_a = beta_b >> the others',
        found.every(({ near, even }) => near && even),
        texts,
      ),
      part(
        'the error is the leak times |mean of the other values - (v_a+v_b)/2|',
        found.every(({ exact }) => exact),
        `that distance is ${figure(distance(rest, target))}`,
      ),
      part(
        'the smallest beta is ln((m-2)(1-epsilon)/(2 epsilon)), with every other beta_i at 0',
        found.every(({ bound }) => bound),
        texts,
      ),
    ],
    notes: [
      `beta_a - beta_b = 0.1 already gives the weights ${uneven[a]!.toFixed(4)} and ${uneven[b]!.toFixed(4)}.`,
      `${m} orthonormal keys in ${d} dimensions, values in ${dv}, seed ${seed}, scale 1, float32.`,
    ],
    expected: 'agree',
  });
}
