import { packages } from './packages.mjs';
import { run } from './program.mjs';

export default {
  async fetch() {
    return new Response((await run(packages)).map((line) => `${line}\n`).join(''));
  },
};
