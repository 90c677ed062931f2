import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../test/readme-example.js';

it('the example of the README prints what it says', async () => {
  const printed = await runReadmeExample(import.meta.url);
  // By hand: z = (0.8, -1 - 0.2 e^-0.5), logits = z W, KL = 0.125 + (1 + e^-1 + 1 - 1) / 2.
  const z = [0.8, -1 - 0.2 * Math.exp(-0.5)] as const;
  const logits = [z[0], -z[0] + 2 * z[1], 0.5 * z[0] - 0.5 * z[1]];
  const x = [1, 0, 1];
  const reconstruction = logits.reduce((sum, l, e) => sum + (x[e] as number) * l - Math.log1p(Math.exp(l)), 0);
  const perDimKl = [0.125, (1 + Math.exp(-1)) / 2];
  const kl = perDimKl[0]! + perDimKl[1]!;
  const residual = logits.map((l, e) => (x[e] as number) - 1 / (1 + Math.exp(-l))) as [number, number, number];
  const mu = [residual[0] - residual[1] + 0.5 * residual[2] - 0.5, 2 * residual[1] - 0.5 * residual[2] + 1];
  const text = (values: number[]) => values.map((value) => value.toFixed(4)).join(' ');
  expect(printed).toEqual([
    text([reconstruction - kl, reconstruction, kl, ...perDimKl]),
    `d/d mu = ${text(mu)}`,
    expect.stringMatching(/^(-\d\.\d{9}) \1 true$/),
  ]);
});
