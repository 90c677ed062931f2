import { packages } from './shared/packages.mjs';
import { run } from './shared/program.mjs';

for (const line of await run(packages)) console.log(line);
