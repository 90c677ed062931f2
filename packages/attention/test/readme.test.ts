import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../test/readme-example.js';

it('the example of the README prints what it says', async () => {
  const printed = await runReadmeExample(import.meta.url);
  expect(printed).toEqual(['5.288 0.010', '20.15 34.85']);
});
