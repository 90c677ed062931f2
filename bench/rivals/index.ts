import type { Engine } from '../src/work.js';
import { createOnnxruntimeWeb } from './onnxruntime-web.js';
import { createPlainJs } from './plain-js.js';
import { createTfjsWasm } from './tfjs-wasm.js';

export const rivals = {
  'tfjs-wasm': createTfjsWasm,
  'onnxruntime-web': createOnnxruntimeWeb,
  'plain-js': createPlainJs,
} satisfies Record<string, () => Promise<Engine>>;

export type RivalName = keyof typeof rivals;
export const rivalNames = Object.keys(rivals) as RivalName[];
