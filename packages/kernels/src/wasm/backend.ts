import type {
  AttentionOptions,
  AttentionResult,
  Backend,
  BackendInfo,
  BernoulliLogitsResult,
  DataType,
  GemmOptions,
  OperatorName,
  Tensor,
  TensorData,
  TrajectoryOptions,
  TrajectoryResult,
} from '../backend.js';
import type { KernelExports } from '../generated/exports.js';
import { checkAlive, disposeSymbol, Ledger } from '../ledger.js';
import { readTensorArguments } from '../tensor-data.js';
import {
  type AttentionPlan,
  validateAttention,
  validateBernoulliLogits,
  validateGemm,
  validateSoftmax,
  validateTrajectories,
} from '../validate.js';
import type { LinearMemory } from './memory.js';
import { WasmTensor } from './tensor.js';
import { TileChoice } from './tile-choice.js';

/** What `createWasmBackend` found out about the engine. */
export interface Engine {
  kernels: KernelExports;
  memory: LinearMemory;
  relaxedSimdReason: string;
  threadsReason: string;
}

/** Checks arguments, places tensors in linear memory and hands byte addresses to the kernels. */
export class WasmBackend implements Backend {
  readonly ledger = new Ledger();
  readonly memory: LinearMemory;
  disposed = false;
  readonly #engine: Engine;
  readonly #tiles = new TileChoice();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.memory = engine.memory;
  }

  get info(): BackendInfo {
    const { kernels, relaxedSimdReason, threadsReason } = this.#engine;
    const relaxedSimd = kernels.relaxed() === 1;
    return {
      name: 'wasm',
      engine: `WebAssembly ${relaxedSimd ? 'relaxed SIMD' : 'SIMD'}, GEMM tile ${this.#tiles.tile}x8`,
      simd: true,
      relaxedSimd,
      relaxedSimdReason,
      threads: 1,
      threadsReason,
      synchronousRead: true,
      bytesInUse: this.ledger.bytesInUse,
      bytesAtPeak: this.ledger.bytesAtPeak,
    };
  }

  supports(_operator: OperatorName): boolean {
    return true;
  }

  tensor(data: TensorData | readonly number[] | readonly boolean[], shape: readonly number[]): Tensor {
    checkAlive('tensor', this, 'the wasm backend');
    const { dtype, values, shape: checked } = readTensorArguments(data, shape);
    const tensor = new WasmTensor('tensor', this, dtype, checked);
    tensor.view().set(values);
    return tensor;
  }

  scope<T>(fn: () => T): T {
    return this.ledger.scope(fn);
  }

  dispose(): void {
    if (this.disposed) return;
    for (const tensor of [...this.ledger.live]) tensor.dispose();
    this.disposed = true;
  }

  [disposeSymbol](): void {
    this.dispose();
  }

  gemm(a: Tensor, b: Tensor, options?: GemmOptions): Tensor {
    const { batch, M, N, K, sharedB, transposeA, transposeB, shape } = validateGemm(this, a, b, options);
    const { kernels } = this.#engine;
    return this.#run('gemm', kernels.gemmWorkspace(N, K), (results, workspace) => {
      const c = results('float32', shape);
      const [rowA, columnA] = transposeA ? [1, M] : [K, 1];
      const [rowB, columnB] = transposeB ? [1, K] : [N, 1];
      this.#tiles.run(batch * M * N * K, (tile) => {
        for (let n = 0; n < batch; n++) {
          const fromA = address(a) + 4 * n * M * K;
          const fromB = address(b) + (sharedB ? 0 : 4 * n * K * N);
          const to = c.address + 4 * n * M * N;
          kernels.gemm(0, M, N, K, tile, rowA, columnA, rowB, columnB, fromA, fromB, to, workspace);
        }
      });
      return c;
    });
  }

  softmax(x: Tensor): Tensor {
    const { rows, columns } = validateSoftmax(this, x);
    return this.#run('softmax', 0, (results) => {
      const y = results('float32', x.shape);
      this.#engine.kernels.softmax(0, rows, columns, address(x), y.address);
      return y;
    });
  }

  attention(q: Tensor, k: Tensor, v: Tensor, options?: AttentionOptions): AttentionResult {
    const plan = validateAttention(this, q, k, v, options);
    const { leading, L, S, D, Dv } = plan;
    return this.#run('attention', this.#engine.kernels.attentionWorkspace(D, Dv), (results, workspace) => {
      const result: AttentionResult = { output: results('float32', [...leading, L, Dv]) };
      if (plan.returnLse) result.lse = results('float32', [...leading, L]);
      if (plan.returnWeights) result.weights = results('float32', [...leading, L, S]);
      // The kernel writes the weights of visible key blocks only.
      if (result.weights) (result.weights as WasmTensor).view().fill(0);
      this.#attendHeads(plan, [q, k, v].map(address), result, workspace);
      return result;
    });
  }

  #attendHeads(plan: AttentionPlan, [q, k, v]: number[], result: AttentionResult, workspace: number): void {
    const { batch, L, S, D, Dv, scale, queryOffset, mask } = plan;
    // Beyond [-L, S] an offset hides or shows everything alike, and the kernel's arithmetic is 32-bit.
    const diagonal = Math.max(-L, Math.min(S, queryOffset));
    const at = (tensor: Tensor | undefined, bytes: number) => (tensor ? address(tensor) + bytes : 0);
    for (let n = 0; n < batch; n++) {
      this.#engine.kernels.attention(
        ...[0, L, S, D, Dv, scale, diagonal, mask?.rowStride ?? 0, mask?.columnStride ?? 0],
        at(mask?.tensor, mask?.offsets[n] ?? 0),
        (q as number) + 4 * n * L * D,
        (k as number) + 4 * n * S * D,
        (v as number) + 4 * n * S * Dv,
        at(result.output, 4 * n * L * Dv),
        at(result.lse, 4 * n * L),
        at(result.weights, 4 * n * L * S),
        workspace,
      );
    }
  }

  bernoulliLogits(x: Tensor, logits: Tensor, options?: { gradient?: boolean }): BernoulliLogitsResult {
    const { rows, columns, gradient } = validateBernoulliLogits(this, x, logits, options);
    return this.#run('bernoulliLogits', 0, (results) => {
      const result: BernoulliLogitsResult = { logLikelihood: results('float32', [rows]) };
      if (gradient) result.gradient = results('float32', x.shape);
      const [sums, slopes] = [address(result.logLikelihood), result.gradient ? address(result.gradient) : 0];
      this.#engine.kernels.bernoulliLogits(0, rows, columns, address(x), address(logits), sums, slopes);
      return result;
    });
  }

  bilinearTrajectories(p0: Tensor, q0: Tensor, options: TrajectoryOptions): TrajectoryResult {
    const { count, rows, interval, stepP, stepQ, order } = validateTrajectories(this, p0, q0, options);
    const { kernels } = this.#engine;
    return this.#run('bilinearTrajectories', 0, (results) => {
      const result = { p: results('float64', [rows, count]), q: results('float64', [rows, count]) };
      const [p, q] = [result.p.address, result.q.address];
      const [startP, startQ] = [address(p0), address(q0)];
      if (order === 'simultaneous') {
        kernels.simultaneousTrajectories(0, count, count, rows, interval, stepP, stepQ, startP, startQ, p, q);
      } else if (order === 'q-first') {
        kernels.alternatingTrajectories(0, count, count, rows, interval, stepQ, -stepP, startQ, startP, q, p);
      } else {
        kernels.alternatingTrajectories(0, count, count, rows, interval, -stepP, stepQ, startP, startQ, p, q);
      }
      return result;
    });
  }

  /** Gives an operator its workspace and results; on an error neither stays behind. */
  #run<T>(
    fn: OperatorName,
    workspaceBytes: number,
    operate: (results: (dtype: DataType, shape: readonly number[]) => WasmTensor, workspace: number) => T,
  ): T {
    const workspace = workspaceBytes > 0 ? this.memory.allocate(fn, workspaceBytes) : 0;
    const made: WasmTensor[] = [];
    try {
      return operate((dtype, shape) => {
        const tensor = new WasmTensor(fn, this, dtype, Object.freeze([...shape]));
        made.push(tensor);
        this.ledger.note(workspaceBytes);
        return tensor;
      }, workspace);
    } catch (error) {
      for (const tensor of made) tensor.dispose();
      throw error;
    } finally {
      if (workspace) this.memory.free(workspace);
    }
  }
}

const address = (tensor: Tensor): number => (tensor as WasmTensor).address;
