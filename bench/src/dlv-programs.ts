import type { Backend, OperatorName, Tensor } from '@dlv/kernels';
import { attentionOperations } from './amounts.js';
import type { AttentionGradientsWork, AttentionWork, ElementwiseWork, GemmWork, Work } from './work.js';

/** Inputs in the backend's memory, put there once, and operators on them. */
export interface Program {
  readonly inputs: readonly Tensor[];
  readonly compute: () => Tensor[];
  /** Programs on the same inputs that do a part of the work. */
  readonly parts?: readonly Part[];
}

interface Part {
  readonly name: string;
  /** Operations of one run. */
  readonly amount: number;
  readonly compute: () => Tensor[];
}

/** What a backend has to have for a piece of work. */
export function operatorsOf(work: Work): readonly OperatorName[] {
  switch (work.operator) {
    case 'attention-gradients':
      return ['attention', 'attentionGradients'];
    case 'layer-norm':
      return ['layerNorm'];
    case 'elementwise':
      return [work.fn === 'bias' ? 'add' : work.fn];
    case 'reduction':
      return [work.fn];
    case 'trajectories':
      return ['bilinearTrajectories'];
    default:
      return [work.operator];
  }
}

export function programOf(backend: Backend, work: Work): Program {
  switch (work.operator) {
    case 'gemm':
      return gemm(backend, work);
    case 'softmax': {
      const x = backend.tensor(work.x, [work.rows, work.columns]);
      return { inputs: [x], compute: () => [backend.softmax(x)] };
    }
    case 'attention': {
      const [q, k, v] = heads(backend, work);
      return { inputs: [q, k, v], compute: () => [backend.attention(q, k, v, causal(work)).output] };
    }
    case 'attention-gradients':
      return attentionGradients(backend, work);
    case 'layer-norm': {
      const { rows, columns, epsilon } = work;
      const x = backend.tensor(work.x, [rows, columns]);
      const scale = backend.tensor(work.scale, [columns]);
      const shift = backend.tensor(work.shift, [columns]);
      return { inputs: [x, scale, shift], compute: () => [backend.layerNorm(x, { scale, shift, epsilon }).output] };
    }
    case 'elementwise':
      return elementwise(backend, work);
    case 'reduction': {
      const { fn, axis } = work;
      const x = backend.tensor(work.x, [work.rows, work.columns]);
      return { inputs: [x], compute: () => [backend[fn](x, { axis })] };
    }
    case 'trajectories': {
      const p0 = backend.tensor(work.p0, [work.count]);
      const q0 = backend.tensor(work.q0, [work.count]);
      const options = { stepP: work.stepSize, stepQ: work.stepSize, steps: work.steps };
      const compute = () => {
        const { p, q } = backend.bilinearTrajectories(p0, q0, options);
        return [p, q];
      };
      return { inputs: [p0, q0], compute };
    }
  }
}

function gemm(backend: Backend, { batch, m, n, k, transposeA, transposeB, ...work }: GemmWork): Program {
  const lead = batch === 1 ? [] : [batch];
  const a = backend.tensor(work.a, [...lead, ...(transposeA ? [k, m] : [m, k])]);
  const b = backend.tensor(work.b, [...lead, ...(transposeB ? [n, k] : [k, n])]);
  return { inputs: [a, b], compute: () => [backend.gemm(a, b, { transposeA, transposeB })] };
}

type AttentionInputs = Pick<AttentionWork, 'heads' | 'length' | 'depth' | 'q' | 'k' | 'v'>;

function heads(backend: Backend, { heads, length, depth, q, k, v }: AttentionInputs): [Tensor, Tensor, Tensor] {
  const tensor = (array: Float32Array) => backend.tensor(array, [heads, length, depth]);
  return [tensor(q), tensor(k), tensor(v)];
}

const causal = (work: { readonly causal: boolean }) => (work.causal ? { queryOffset: 0 } : {});

/** Forward and backward, and forward alone, as training does it. */
function attentionGradients(backend: Backend, work: AttentionGradientsWork): Program {
  const [q, k, v] = heads(backend, work);
  const dOutput = backend.tensor(work.dOutput, q.shape);
  const options = causal(work);
  const forward = () => {
    const { output, lse } = backend.attention(q, k, v, { ...options, returnLse: true });
    return [output, lse as Tensor] as const;
  };
  const compute = () => {
    const [output, lse] = forward();
    const gradients = backend.attentionGradients(dOutput, q, k, v, output, lse, options);
    output.dispose();
    lse.dispose();
    return [gradients.q, gradients.k, gradients.v];
  };
  const forwardAlone = () => {
    const [output, lse] = forward();
    lse.dispose();
    return [output];
  };
  return {
    inputs: [q, k, v, dOutput],
    compute,
    parts: [{ name: 'forward alone', amount: attentionOperations(work), compute: forwardAlone }],
  };
}

function elementwise(backend: Backend, work: ElementwiseWork): Program {
  const { rows, columns } = work;
  const x = backend.tensor(work.x, [rows, columns]);
  if (work.fn !== 'add' && work.fn !== 'bias') {
    const { fn } = work;
    return { inputs: [x], compute: () => [backend[fn](x)] };
  }
  const y = backend.tensor(work.y, work.fn === 'add' ? [rows, columns] : [columns]);
  return { inputs: [x, y], compute: () => [backend.add(x, y)] };
}
