import { copyFile } from 'node:fs/promises';
import { library } from '../../tsup.base';

export default library({
  entry: {
    index: 'src/index.ts',
    'index.workerd': 'src/index.workerd.ts',
    'backend-kit': 'src/backend-kit.ts',
    conformance: 'src/conformance/index.ts',
  },
  external: [/\.wasm$/],
  async onSuccess() {
    for (const name of ['simd.wasm', 'relaxed.wasm', 'simd-shared.wasm', 'relaxed-shared.wasm'])
      await copyFile(`src/generated/${name}`, `dist/${name}`);
  },
});
