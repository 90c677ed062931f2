import { type AdamPlan, type SgdPlan, validateAdamStep, validateSgdStep } from '../operators/optimizer.js';
import { type ReferenceOperators, values } from './core.js';

export const optimizerOperators: ReferenceOperators<'sgdStep' | 'adamStep' | 'adamwStep'> = {
  sgdStep(core, tensors, options) {
    sgdStep(validateSgdStep(core, tensors, options));
  },
  adamStep(core, tensors, options) {
    adamStep(validateAdamStep('adamStep', core, tensors, options));
  },
  adamwStep(core, tensors, options) {
    adamStep(validateAdamStep('adamwStep', core, tensors, options));
  },
};

/** One step in float64; only what is stored is rounded. */
function sgdStep(plan: SgdPlan): void {
  const { learningRate, momentum, nesterov, weightDecay, dampening, first } = plan;
  const [parameters, gradient] = [values(plan.parameters), values(plan.gradient)];
  const velocity = plan.velocity && values(plan.velocity);
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as number;
    let direction = gradient[i] as number;
    if (weightDecay !== 0) direction += weightDecay * parameter;
    if (velocity) {
      const next = first ? direction : momentum * (velocity[i] as number) + (1 - dampening) * direction;
      velocity[i] = next;
      direction = nesterov ? direction + momentum * next : next;
    }
    parameters[i] = parameter - learningRate * direction;
  }
}

function adamStep(plan: AdamPlan): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, shrink, firstCorrection, secondCorrection } = plan;
  const [parameters, gradient] = [values(plan.parameters), values(plan.gradient)];
  const [first, second] = [values(plan.firstMoment), values(plan.secondMoment)];
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as number;
    let g = gradient[i] as number;
    if (weightDecay !== 0) g += weightDecay * parameter;
    const m = (first[i] as number) + (1 - beta1) * (g - (first[i] as number));
    const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    const step = (learningRate * (m / firstCorrection)) / (Math.sqrt(v / secondCorrection) + epsilon);
    parameters[i] = parameter - step - (shrink === 0 ? 0 : shrink * parameter);
  }
}
