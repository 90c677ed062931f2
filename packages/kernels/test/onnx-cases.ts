import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend } from '../src/index.js';

// ONNX's own cases for its layers, where DLV_FIXTURES or ../shared beside the repository has them.

interface Entry {
  name: string;
  shape: number[];
  byteOffset: number;
  byteLength: number;
}

/** A float32 array of a case with its shape. */
export interface OnnxArray {
  data: Float32Array;
  shape: number[];
}

/** A case: inputs and outputs by position, undefined where ONNX leaves one out. */
export interface OnnxCase {
  name: string;
  op: string;
  attributes: Record<string, number | string | number[]>;
  inputs: (OnnxArray | undefined)[];
  outputs: (OnnxArray | undefined)[];
}

const fixtures = process.env.DLV_FIXTURES ?? fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));
/** Operators and layers lie in folders of their own. */
const folders = [`${fixtures}/onnx-layers`, `${fixtures}/onnx-ops`];
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

function readCase(folder: string, name: string): OnnxCase {
  const file = readJson(`${folder}/cases/${name}.json`);
  const bytes = readFileSync(`${folder}/cases/${file.bin}`);
  const read = (entries: Entry[], wanted: string) => {
    const entry = entries.find((candidate) => candidate.name === wanted);
    if (!entry) return undefined;
    const copy = Uint8Array.from(bytes.subarray(entry.byteOffset, entry.byteOffset + entry.byteLength));
    return { data: new Float32Array(copy.buffer), shape: entry.shape };
  };
  return {
    ...{ name, op: file.op, attributes: file.attributes },
    inputs: file.nodeInputs.map((wanted: string) => read(file.inputs, wanted)),
    outputs: file.nodeOutputs.map((wanted: string) => read(file.outputs, wanted)),
  };
}

/** Every case of these ONNX operators; none without the fixtures. */
const onnxCases = (ops: readonly string[]): OnnxCase[] =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readJson(`${folder}/index.json`)
        .cases.filter(({ op }: { op: string }) => ops.includes(op))
        .map(({ name }: { name: string }) => readCase(folder, name)),
    );

/**
 * One test for each case: `run` computes the outputs by position on both backends. `missing` says why a case cannot be
 * expressed, which its test's name then tells.
 */
export function testOnnxCases(
  ops: readonly string[],
  missing: (onnxCase: OnnxCase) => string | undefined,
  run: (backend: Backend, onnxCase: OnnxCase) => (OnnxArray | undefined)[],
): void {
  const cases = onnxCases(ops);
  if (cases.length === 0)
    it.skip('no fixtures; set DLV_FIXTURES to the folder that holds onnx-layers and onnx-ops', () => {});
  for (const onnxCase of cases) {
    const reason = missing(onnxCase);
    it.skipIf(reason)(reason ? `${onnxCase.name}: not expressible, ${reason}` : onnxCase.name, async () => {
      for (const backend of [await createReferenceBackend(), await createWasmBackend()]) {
        const made = backend.scope(() => ({ outputs: run(backend, onnxCase) })).outputs;
        onnxCase.outputs.forEach((want, position) => {
          if (!want) return;
          const got = made[position] as OnnxArray;
          expect(got.shape).toEqual(want.shape);
          for (const [i, value] of got.data.entries())
            expect(Math.abs(value - want.data[i]!)).toBeLessThanOrEqual(1e-5);
        });
        backend.dispose();
      }
    });
  }
}
