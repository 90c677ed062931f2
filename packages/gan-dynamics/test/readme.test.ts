import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../test/readme-example.js';

it('the example of the README prints what it says', async () => {
  expect(await runReadmeExample(import.meta.url)).toEqual([
    't  0   1   2   3   4   5  6\nq  1   2   1  -1  -2  -1  1\np  1  -1  -2  -1   1   2  1\nf  1  -2  -2   1  -2  -2  1',
    'cycles 6 1',
    'p^2 + q^2 + p*q = 3',
    '1000 true',
  ]);
});
