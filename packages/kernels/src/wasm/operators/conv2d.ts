import {
  validateConv2d,
  validateConv2dGradients,
  validateConv2dTranspose,
  validateConv2dTransposeGradients,
} from '../../operators/conv2d.js';
import { address, type WasmOperators } from '../core.js';
import { channelSums, toImage, toMap, toWeights } from './conv2d-products.js';

export const conv2dOperators: WasmOperators<
  'conv2d' | 'conv2dGradients' | 'conv2dTranspose' | 'conv2dTransposeGradients'
> = {
  conv2d(core, x, weights, options) {
    const geometry = validateConv2d(core, x, weights, options);
    const { B, O, outH, outW } = geometry;
    return core.run('conv2d', (task) => {
      const y = task.result('float32', [B, O, outH, outW]);
      toMap({ core, task, fn: 'conv2d', geometry }, address(x), address(weights), address(options?.bias), y.address);
      return y;
    });
  },
  conv2dGradients(core, dy, x, weights, options) {
    const fn = 'conv2dGradients';
    const geometry = validateConv2dGradients(core, dy, x, weights, options);
    const { B, O, outH, outW } = geometry;
    return core.run(fn, (task) => {
      const made = {
        x: task.result('float32', x.shape),
        weights: task.result('float32', weights.shape),
        bias: task.result('float32', [O]),
      };
      const work = { core, task, fn, geometry } as const;
      toImage(work, address(dy), address(weights), 0, made.x.address);
      toWeights(work, address(x), address(dy), made.weights.address);
      channelSums(task, B, O, outH * outW, address(dy), made.bias.address);
      return made;
    });
  },
  conv2dTranspose(core, x, weights, options) {
    const fn = 'conv2dTranspose';
    const geometry = validateConv2dTranspose(core, x, weights, options);
    const { B, C, H, W } = geometry;
    return core.run(fn, (task) => {
      const y = task.result('float32', [B, C, H, W]);
      toImage({ core, task, fn, geometry }, address(x), address(weights), address(options?.bias), y.address);
      return y;
    });
  },
  conv2dTransposeGradients(core, dy, x, weights, options) {
    const fn = 'conv2dTransposeGradients';
    const geometry = validateConv2dTransposeGradients(core, dy, x, weights, options);
    const { B, C, H, W } = geometry;
    return core.run(fn, (task) => {
      const made = {
        x: task.result('float32', x.shape),
        weights: task.result('float32', weights.shape),
        bias: task.result('float32', [C]),
      };
      const work = { core, task, fn, geometry } as const;
      toMap(work, address(dy), address(weights), 0, made.x.address);
      toWeights(work, address(dy), address(x), made.weights.address);
      channelSums(task, B, C, H * W, address(dy), made.bias.address);
      return made;
    });
  },
};
