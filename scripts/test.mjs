// `npm test`: builds, type-checks, lints, checks arrows and unused code, runs every test, packs and installs the packages,
// and runs the browser tests. Ends with one line `N passed, N failed`; what was not run is named before it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBrowserTests } from './browser-tests.mjs';
import { packCheck } from './pack-check.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const total = { passed: 0, failed: 0 };
const skipped = [];
const scratch = mkdtempSync(join(tmpdir(), 'dlv-test-'));

function count(name, passed, failed) {
  total.passed += passed;
  total.failed += failed;
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'}  ${name}: ${passed} passed, ${failed} failed\n`);
}

function step(name, command, ...args) {
  console.log(`---- ${name}`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(error.message);
  count(name, status === 0 ? 1 : 0, status === 0 ? 0 : 1);
  return status === 0;
}

function unitTests() {
  console.log('---- unit and conformance tests');
  const file = join(scratch, 'vitest.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { status } = spawnSync('vitest', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return count('unit and conformance tests', 0, 1);
  }
  for (const { assertionResults } of report.testResults) {
    for (const { status: state, fullName } of assertionResults) {
      if (state === 'skipped' || state === 'pending' || state === 'todo') skipped.push(fullName);
    }
  }
  // A file that does not load fails no test of its own; the exit status tells.
  const failed = report.numFailedTests || (status === 0 ? 0 : 1);
  count('unit and conformance tests', report.numPassedTests, failed);
}

/** Runs an asynchronous stage that counts for itself; a throw is one failure. */
async function stage(name, run) {
  console.log(`---- ${name}`);
  try {
    const { passed, failed, skipped: left = [] } = await run();
    skipped.push(...left);
    count(name, passed, failed);
  } catch (error) {
    console.error(error);
    count(name, 0, 1);
  }
}

try {
  const built = step('build', 'turbo', 'run', 'build', '--output-logs=errors-only');
  step('types', 'turbo', 'run', 'typecheck', '--output-logs=errors-only');
  step('format and lint', 'biome', 'check', '.');
  step('dependency arrows', process.execPath, 'scripts/check-arrows.mjs');
  step('unused files, exports and dependencies', 'knip');
  unitTests();
  if (built) {
    await stage('packed packages', packCheck);
    await stage('browser', runBrowserTests);
  } else {
    skipped.push('packed packages and browser tests: the build failed');
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (skipped.length > 0) {
  console.log(`not run (${skipped.length}):`);
  for (const name of skipped) console.log(`  ${name}`);
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
