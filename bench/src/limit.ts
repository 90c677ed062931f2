import { readFile } from 'node:fs/promises';
import type { Contender, Engine } from './work.js';

/** Exports of limit/fma.ts. */
interface LimitExports {
  fma(turns: number): number;
  operationsPerTurn: { value: number };
}

/** Turns of one run: about 2 ms. */
const turns = 1_000_000;

const loops = [
  { file: 'fma-simd.wasm', name: 'limit: multiply, add' },
  { file: 'fma-relaxed.wasm', name: 'limit: fused multiply-add' },
] as const;

async function load(file: URL): Promise<LimitExports | undefined> {
  const bytes = await readFile(file);
  // Where the engine has no relaxed SIMD, that loop is left out.
  if (!WebAssembly.validate(bytes)) return undefined;
  const { instance } = await WebAssembly.instantiate(bytes);
  return instance.exports as unknown as LimitExports;
}

/** The arithmetic limit of one core, as contenders, so that it is measured in the same rounds as the work. */
export async function createLimitEngine(folder: URL): Promise<Engine> {
  const contenders: Contender[] = [];
  for (const { file, name } of loops) {
    const loop = await load(new URL(file, folder));
    if (!loop) continue;
    contenders.push({
      name,
      kind: 'limit',
      amount: turns * loop.operationsPerTurn.value,
      run: () => [Float32Array.of(loop.fma(turns))],
      check([result]) {
        const sum = result?.[0] ?? Number.NaN;
        const verdict = { maximumError: Math.abs(sum - 24), tolerance: '0' };
        return sum === 24 ? verdict : { ...verdict, fault: `the chains sum to ${sum}, expected 24` };
      },
      dispose() {},
    });
  }
  return {
    name: 'limit',
    kind: 'limit',
    description: '12 independent chains of float32x4 multiply-adds on registers alone',
    prepare: async ({ operator }) => (operator === 'gemm' || operator === 'attention' ? contenders : []),
    dispose() {},
  };
}
