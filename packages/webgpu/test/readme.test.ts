import { expect, it } from 'vitest';
import { runReadmeExample } from '../../../test/readme-example.js';

// Here the example falls back to WebAssembly; on WebGPU the same operators are tested in a browser.
it('the example of the README prints what it says', async () => {
  expect(await runReadmeExample(import.meta.url)).toEqual(['1.000 0.000 0.330 0.670']);
});
