import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '@dlv/kernels';
import { describe, expect, it } from 'vitest';
import { scaledDotProductAttention } from '../src/index.js';

// ONNX's own cases for its Attention operator (opset 23 and 24), where this version has the features they need.

interface Entry {
  name: string;
  dtype: string;
  shape: number[];
  byteOffset: number;
  byteLength: number;
}
interface OnnxCase {
  name: string;
  attributes: Record<string, number>;
  nodeInputs: string[];
  nodeOutputs: string[];
  inputs: Entry[];
  outputs: Entry[];
}

const fixtures = process.env.DLV_FIXTURES ?? fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));
const folder = `${fixtures}/onnx-attention`;
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** Why this version cannot run a case, or undefined if it can. */
function missingFeature({ attributes, inputs, outputs, nodeInputs, nodeOutputs }: OnnxCase): string | undefined {
  const shape = (name: string) => inputs.find((entry) => entry.name === name)?.shape ?? [];
  const [q, k] = [shape(nodeInputs[0]!), shape(nodeInputs[1]!)];
  const heads = (rank3: string, tensor: number[]) => (tensor.length === 3 ? attributes[rank3] : tensor[1]);
  if (inputs.some(({ dtype }) => dtype === 'float16')) return 'float16 tensors';
  if (attributes.softcap) return 'softcap';
  if (nodeInputs[4] || nodeInputs[5]) return 'a past key-value cache';
  if (nodeInputs[6]) return 'key lengths (nonpad_kv_seqlen)';
  if (nodeOutputs[3]) return 'returned scores (qk_matmul_output)';
  if (heads('q_num_heads', q) !== heads('kv_num_heads', k)) return 'grouped heads';
  const mask = inputs.find(({ name }) => name === nodeInputs[3]);
  if (mask && mask.dtype !== 'bool') return 'an additive mask';
  if (mask && mask.shape.at(-1) !== 1 && mask.shape.at(-1) !== k.at(-2)) return 'a mask shorter than the keys';
  return outputs.length > 1 ? 'several outputs' : undefined;
}

function read(onnxCase: OnnxCase, entry: Entry): { data: Float32Array | Uint8Array; shape: number[] } {
  const bytes = readFileSync(`${folder}/cases/${onnxCase.name}.bin`);
  const slice = bytes.subarray(entry.byteOffset, entry.byteOffset + entry.byteLength);
  const copy = Uint8Array.from(slice);
  return { data: entry.dtype === 'bool' ? copy : new Float32Array(copy.buffer), shape: entry.shape };
}

/** [B, L, H * D] -> [B, H, L, D], as the operator's rank-3 form asks. */
function splitHeads(data: Float32Array, [B, L, width]: number[], H: number): { data: Float32Array; shape: number[] } {
  const D = width! / H;
  const out = new Float32Array(data.length);
  for (let b = 0; b < B!; b++)
    for (let h = 0; h < H; h++)
      for (let l = 0; l < L!; l++) {
        const from = (b * L! + l) * width! + h * D;
        out.set(data.subarray(from, from + D), ((b * H + h) * L! + l) * D);
      }
  return { data: out, shape: [B!, H, L!, D] };
}

function runCase(backend: Backend, onnxCase: OnnxCase): Float32Array {
  const { attributes, inputs, nodeInputs, nodeOutputs, outputs } = onnxCase;
  return backend.scope(() => {
    const tensor = (position: number, headAttribute?: string): Tensor => {
      const entry = inputs.find(({ name }) => name === nodeInputs[position])!;
      const { data, shape } = read(onnxCase, entry);
      if (headAttribute && shape.length === 3) {
        const split = splitHeads(data as Float32Array, shape, attributes[headAttribute]!);
        return backend.tensor(split.data, split.shape);
      }
      return backend.tensor(data, shape);
    };
    const { output } = scaledDotProductAttention(
      tensor(0, 'q_num_heads'),
      tensor(1, 'kv_num_heads'),
      tensor(2, 'kv_num_heads'),
      {
        ...(attributes.is_causal ? { causal: 'top-left' as const } : {}),
        ...(attributes.scale === undefined ? {} : { scale: attributes.scale }),
        ...(nodeInputs[3] ? { mask: tensor(3) } : {}),
      },
    );
    const values = output.dataSync() as Float32Array;
    const wanted = outputs.find(({ name }) => name === nodeOutputs[0])!.shape;
    if (wanted.length === 4) return values;
    const [B, H, L, D] = output.shape as [number, number, number, number];
    // Back to [B, L, H * D]: the same exchange of the two middle axes.
    return splitHeads(values, [B, H, L * D], L).data;
  });
}

const cases: OnnxCase[] = existsSync(folder)
  ? readJson(`${folder}/index.json`).cases.map(({ name }: { name: string }) => ({
      ...readJson(`${folder}/cases/${name}.json`),
      name,
    }))
  : [];

describe('ONNX Attention cases', () => {
  if (cases.length === 0) it.skip('no fixtures; set DLV_FIXTURES to the folder that holds onnx-attention', () => {});
  for (const onnxCase of cases) {
    const missing = missingFeature(onnxCase);
    const expected = onnxCase.outputs.find(({ name }) => name === onnxCase.nodeOutputs[0])!;
    it.skipIf(missing)(missing ? `${onnxCase.name}: not yet, needs ${missing}` : onnxCase.name, async () => {
      const want = read(onnxCase, expected).data as Float32Array;
      for (const backend of [await createReferenceBackend(), await createWasmBackend()]) {
        const got = runCase(backend, onnxCase);
        expect(got.length).toBe(want.length);
        for (const [i, value] of got.entries()) expect(Math.abs(value - want[i]!)).toBeLessThanOrEqual(1e-5);
        backend.dispose();
      }
    });
  }
});
