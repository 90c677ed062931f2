import { type GemmPlan, validateGemm } from '../operators/gemm.js';
import { activationFunctions } from './activation.js';
import { type ReferenceOperators, values } from './core.js';

const activations = { none: (x: number) => x, ...activationFunctions };

export const gemmOperators: ReferenceOperators<'gemm'> = {
  gemm(core, a, b, options) {
    const plan = validateGemm(core, a, b, options);
    const c = core.result('float32', plan.shape);
    const { c: add, bias } = plan;
    gemm(plan, values(a), values(b), add && values(add), bias && values(bias), values(c));
    return c;
  },
};

/**
 * c[b,i,j] = activation(alpha sum_k a[b,i,k] b[b,k,j] + beta add[b,i,j] + bias[j]), in float64. a [batch,M,K],
 * b [batch,K,N] or [K,N], add and c [batch,M,N], bias [N].
 */
function gemm(
  plan: GemmPlan,
  a: Float32Array,
  b: Float32Array,
  add: Float32Array | undefined,
  bias: Float32Array | undefined,
  c: Float32Array,
): void {
  const { batch, M, N, K } = plan;
  const [rowA, columnA] = plan.transposeA ? [1, M] : [K, 1];
  const [rowB, columnB] = plan.transposeB ? [1, K] : [N, 1];
  for (let n = 0; n < batch; n++) {
    const startA = n * M * K;
    const startB = plan.sharedB ? 0 : n * K * N;
    for (let i = 0; i < M; i++) {
      for (let j = 0; j < N; j++) {
        let sum = 0;
        for (let k = 0; k < K; k++) {
          sum += (a[startA + i * rowA + k * columnA] as number) * (b[startB + k * rowB + j * columnB] as number);
        }
        const at = (n * M + i) * N + j;
        let value = plan.alpha * sum;
        if (add) value += plan.beta * (add[at] as number);
        if (bias) value += bias[j] as number;
        c[at] = activations[plan.activation](value);
      }
    }
  }
}
