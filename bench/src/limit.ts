import { readFile } from 'node:fs/promises';
import { elementwiseBytes } from './amounts.js';
import { uniform32 } from './inputs.js';
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
async function arithmeticLimits(folder: URL): Promise<Contender[]> {
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
  return contenders;
}

/** Copies half of `bytes`, so that as many are read and written as the work does at least. */
function memoryCopy(bytes: number): Contender {
  const source = uniform32(bytes / 8, 1);
  const target = new Float32Array(bytes / 8);
  return {
    name: 'limit: memory copy',
    kind: 'limit',
    run() {
      target.set(source);
      return [target];
    },
    check() {
      const wrong = target.findIndex((value, i) => value !== source[i]);
      const verdict = { maximumError: 0, tolerance: '0' };
      return wrong < 0 ? verdict : { ...verdict, fault: `element ${wrong} is not copied` };
    },
    dispose() {},
  };
}

/** What the machine can do at most: multiply-adds for products, copying for work that memory bounds. */
export async function createLimitEngine(folder: URL): Promise<Engine> {
  const arithmetic = await arithmeticLimits(folder);
  return {
    name: 'limit',
    kind: 'limit',
    description:
      '12 independent chains of float32x4 multiply-adds on registers alone; Float32Array.prototype.set between arrays',
    async prepare(work) {
      switch (work.operator) {
        case 'gemm':
        case 'attention':
        case 'attention-gradients':
          return arithmetic;
        case 'layer-norm':
          return [memoryCopy(8 * work.x.length)];
        case 'elementwise':
          return [memoryCopy(elementwiseBytes(work))];
        default:
          return [];
      }
    },
    dispose() {},
  };
}
