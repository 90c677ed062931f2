import { gemmActivations, validateGemm } from '../../operators/gemm.js';
import { address, type Task, type WasmCore, type WasmOperators } from '../core.js';

export const gemmOperators: WasmOperators<'gemm'> = {
  gemm(core, a, b, options) {
    const plan = validateGemm(core, a, b, options);
    const { batch, M, N, K, transposeA, transposeB, alpha, beta } = plan;
    return core.run('gemm', (task) => {
      const result = task.result('float32', plan.shape);
      multiply(core, task, {
        batch,
        M,
        N,
        K,
        transposeA,
        transposeB,
        a: address(a),
        b: address(b),
        c: result.address,
        strideB: plan.sharedB ? 0 : K * N,
        epilogue: {
          alpha,
          beta,
          add: address(plan.c),
          bias: address(plan.bias),
          activation: gemmActivations.indexOf(plan.activation),
        },
      });
      return result;
    });
  },
};

/** What follows the product: c = activation(alpha c + beta add + bias). */
interface Epilogue {
  alpha: number;
  beta: number;
  /** Byte address of [batch, M, N], or 0. */
  add: number;
  /** Byte address of [N], or 0. */
  bias: number;
  /** Index into `gemmActivations`. */
  activation: number;
}

/** One or more matrix products over dense row-major matrices in linear memory. */
export interface Product {
  M: number;
  N: number;
  K: number;
  /** Byte address of [batch, M, K], or [batch, K, M] with transposeA. */
  a: number;
  /** Byte address of [batch, K, N], or [batch, N, K] with transposeB. */
  b: number;
  /** Byte address of [batch, M, N]. */
  c: number;
  transposeA?: boolean;
  transposeB?: boolean;
  /** Add to c instead of writing it; there is no epilogue then. Default false. */
  accumulate?: boolean;
  /** Default 1. */
  batch?: number;
  /** Elements from one matrix to the next; 0 shares one among the batch. Default: dense. */
  strideA?: number;
  strideB?: number;
  epilogue?: Epilogue;
}

const plain: Epilogue = { alpha: 1, beta: 0, add: 0, bias: 0, activation: 0 };

/** Rows or columns up to which packing a matrix costs as much as multiplying it. */
const skinny = 8;
/** Depth up to which a product is bound by writing its result. */
const shallow = 4;

/** c = op(a) op(b), or c += op(a) op(b), inside an operator's task: the products that other operators are made of. */
export function multiply(core: WasmCore, task: Task, product: Product): void {
  const { M, N, K, batch = 1, transposeA = false, transposeB = false } = product;
  if (batch * M * N === 0) return;
  // One row or column lies the same whether it is transposed or not.
  const rowsOfA = !transposeA || M === 1 || K === 1;
  const rowsOfB = !transposeB || N === 1 || K === 1;
  const columnsOfB = transposeB || N === 1 || K === 1;
  if (K > shallow && M <= skinny && columnsOfB) multiplyDots(task, product, false, !rowsOfA);
  else if (K > shallow && N <= skinny && rowsOfA) multiplyDots(task, product, true, !columnsOfB);
  else if ((M === 1 || K <= shallow) && rowsOfB && K > 0) multiplyRows(core, task, product, !rowsOfA);
  else multiplyPacked(core, task, product);
}

/** The matrix with few rows against each row of the other; `swap` when that is b, `turn` when it lies transposed. */
function multiplyDots(task: Task, product: Product, swap: boolean, turn: boolean): void {
  const { M, N, K, a, b, c, batch = 1, accumulate = false, strideA = M * K, strideB = K * N } = product;
  const [P, Q, few, y] = swap ? [N, M, b, a] : [M, N, a, b];
  const [strideX, strideY, outX, outY] = swap ? [strideB, strideA, 1, N] : [strideA, strideB, N, 1];
  let x = few;
  if (turn) {
    const matrices = strideX === 0 ? 1 : batch;
    x = task.workspace(4 * matrices * P * K);
    for (let n = 0; n < matrices; n++) {
      const [from, to] = [few + 4 * n * P * K, x + 4 * n * P * K];
      task.split('transpose', P, { cost: 4 * K }, [K, P, from, to]);
    }
  }
  const sizes = [P, Q, K, strideX, strideY, outX, outY, M * N, accumulate ? 1 : 0];
  task.split('gemmDots', batch * Q, { cost: P * K, multiple: 4, inPlace: accumulate }, [...sizes, x, y, c]);
  finish(task, product);
}

/** Each row of c as a sum of rows of b. */
function multiplyRows(core: WasmCore, task: Task, product: Product, transposed: boolean): void {
  const { M, N, K, a, b, c, batch = 1, accumulate = false, strideA = M * K, strideB = K * N } = product;
  const [rowX, columnX] = transposed ? [1, M] : [K, 1];
  // Rows of b are read best as they lie, whole; only threads that would have nothing to do are worth cutting them.
  const pieces = Math.ceil((2 * core.threads) / (batch * M));
  const columns = Math.min(4096, core.threads === 1 ? N : Math.ceil(N / pieces / 64) * 64);
  const items = batch * M * Math.ceil(N / columns);
  const sizes = [M, N, K, columns, rowX, columnX, strideA, strideB, accumulate ? 1 : 0];
  task.split('gemmRows', items, { cost: columns * K, inPlace: accumulate }, [...sizes, a, b, c]);
  finish(task, product);
}

function finish(task: Task, { M, N, c, batch = 1, epilogue = plain }: Product): void {
  const { alpha, beta, add, bias, activation } = epilogue;
  if (alpha === 1 && !add && !bias && !activation) return;
  task.split('gemmFinish', batch * M, { cost: 4 * N, inPlace: true }, [N, alpha, beta, activation, add, bias, c]);
}

function multiplyPacked(core: WasmCore, task: Task, product: Product): void {
  const { M, N, K, a, b, c, batch = 1, transposeA = false, transposeB = false, accumulate = false } = product;
  const { strideA = M * K, strideB = K * N, epilogue = plain } = product;
  const [rowA, columnA] = transposeA ? [1, M] : [K, 1];
  const [rowB, columnB] = transposeB ? [1, K] : [N, 1];
  const { rows, columns } = blocks(M, N, batch, core.threads);
  const items = batch * Math.ceil(M / rows) * Math.ceil(N / columns);
  const { alpha, beta, add, bias, activation } = epilogue;
  core.tiles.run(batch * M * N * K, (tile) => {
    const layout = [rowA, columnA, strideA, rowB, columnB, strideB];
    const rest = [...layout, accumulate ? 1 : 0, alpha, beta, activation, a, b, add, bias, c];
    const workspace = task.kernels.gemmWorkspace(columns, K);
    const cost = rows * columns * (K + 8);
    task.split('gemm', items, { cost, workspace, inPlace: accumulate }, [M, N, K, rows, columns, tile, ...rest]);
  });
}

/**
 * The block of C that one item computes. Each block packs what it reads of A and B, so few large ones cost least: one
 * thread takes whole matrices; more threads cut the longer side, unless the batch has enough matrices for all.
 */
function blocks(M: number, N: number, batch: number, threads: number): { rows: number; columns: number } {
  const wanted = Math.ceil((2 * threads) / batch);
  if (threads === 1 || wanted <= 1) return { rows: M, columns: N };
  // Multiples of the row block and of the panels' width.
  const cut = (length: number, unit: number) => Math.max(unit, Math.ceil(length / wanted / unit) * unit);
  return M >= N ? { rows: cut(M, 96), columns: N } : { rows: M, columns: cut(N, 64) };
}
