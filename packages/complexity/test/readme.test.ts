import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../test/readme-example.js';

it('the example of the README prints what it says', async () => {
  expect(await runReadmeExample(import.meta.url)).toEqual([
    '24*l*t*n^2 + 4*l*t^2*n is O(l*t*n^2 + l*t^2*n), here 5033164800 FLOP',
    '**Crossover in t**\n\n| where | cheaper |\n| --- | --- |\n| t < 6\\*n | a |\n| t > 6\\*n | b |',
    't + l - 1 steps against l',
    'disagree l*t*n^2 is missing (query, key and value projections, output projection, feed-forward)',
  ]);
});
