import * as tf from '@tensorflow/tfjs-core';

/**
 * Gradients of the four kernels attention is made of, with the formulas of tfjs's own `gradients/*_grad.ts`: Node cannot load those
 * of tfjs-core, which come as modules for bundlers. `Multiply` and `Add` are those of attention: a scalar factor, a mask of the
 * last two axes, neither of which needs a gradient.
 */
const gradients: readonly tf.GradConfig[] = [
  {
    kernelName: 'BatchMatMul',
    inputsToSave: ['a', 'b'],
    gradFunc(dy, saved, attributes) {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      const dc = dy as tf.Tensor;
      const { transposeA, transposeB } = attributes as unknown as { transposeA: boolean; transposeB: boolean };
      if (transposeA) throw new Error('tfjs-wasm: no gradient of a product with transposed a');
      return {
        a: () => tf.matMul(dc, b, false, !transposeB),
        b: () => (transposeB ? tf.matMul(dc, a, true, false) : tf.matMul(a, dc, true, false)),
      };
    },
  },
  {
    kernelName: 'Softmax',
    outputsToSave: [true],
    gradFunc(dy, saved) {
      const [y] = saved as [tf.Tensor];
      const product = tf.mul(dy as tf.Tensor, y);
      return { logits: () => tf.sub(product, tf.mul(tf.sum(product, -1, true), y)) };
    },
  },
  {
    kernelName: 'Multiply',
    inputsToSave: ['b'],
    gradFunc(dy, saved) {
      const [factor] = saved as [tf.Tensor];
      return { a: () => tf.mul(dy as tf.Tensor, factor) };
    },
  },
  { kernelName: 'Add', gradFunc: (dy) => ({ a: () => dy as tf.Tensor }) },
];

export function registerGradients(): void {
  for (const gradient of gradients) {
    if (tf.getGradient(gradient.kernelName) === undefined) tf.registerGradient(gradient);
  }
}
