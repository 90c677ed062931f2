import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../test/readme-example.js';

it('the example of the README prints what it says', async () => {
  expect(await runReadmeExample(import.meta.url)).toEqual(['20.00 22.03']);
});
