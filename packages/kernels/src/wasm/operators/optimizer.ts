import { type AdamPlan, validateAdamStep, validateSgdStep } from '../../operators/optimizer.js';
import { address, type Task, type WasmOperators } from '../core.js';

export const optimizerOperators: WasmOperators<'sgdStep' | 'adamStep' | 'adamwStep'> = {
  sgdStep(core, tensors, options) {
    const plan = validateSgdStep(core, tensors, options);
    const { parameters, learningRate, weightDecay, momentum, dampening, first, nesterov } = plan;
    core.run('sgdStep', ({ split }) =>
      split('sgdStep', parameters.size, { ...cut, cost: 5 }, [
        ...[learningRate, weightDecay, momentum, 1 - dampening, Number(first), Number(nesterov)],
        ...[plan.gradient, parameters, plan.velocity].map(address),
      ]),
    );
  },
  adamStep(core, tensors, options) {
    const plan = validateAdamStep('adamStep', core, tensors, options);
    core.run('adamStep', (task) => adamStep(task, plan));
  },
  adamwStep(core, tensors, options) {
    const plan = validateAdamStep('adamwStep', core, tensors, options);
    core.run('adamwStep', (task) => adamStep(task, plan));
  },
};

const cut = { multiple: 1024, inPlace: true } as const;

/** The bias corrections, in float64 up to here, go into the step's size and the root's scale. */
function adamStep(task: Task, plan: AdamPlan): void {
  const { parameters, learningRate, weightDecay, shrink, beta1, beta2, epsilon } = plan;
  const [stepSize, scale] = [learningRate / plan.firstCorrection, 1 / Math.sqrt(plan.secondCorrection)];
  task.split('adamStep', parameters.size, { ...cut, cost: 10 }, [
    ...[stepSize, weightDecay, shrink, 1 - beta1, beta2, 1 - beta2, scale, epsilon],
    ...[plan.gradient, parameters, plan.firstMoment, plan.secondMoment].map(address),
  ]);
}
