import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  const worker = new Worker(fileURLToPath(import.meta.url));
  worker.on('message', (lines) => {
    for (const line of lines) console.log(line);
  });
} else {
  const [{ packages }, { run }] = await Promise.all([import('./shared/packages.mjs'), import('./shared/program.mjs')]);
  parentPort.postMessage(await run(packages));
}
