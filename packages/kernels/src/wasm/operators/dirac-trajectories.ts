import {
  type DiracLoss,
  type DiracTrajectoryPlan,
  type DiracTrajectoryResult,
  validateDiracTrajectories,
} from '../../operators/dirac-trajectories.js';
import { address, type WasmOperators } from '../core.js';
import { placeArray } from '../place.js';

/** The kernel's numbers for losses and orders. */
const lossNumbers: Record<DiracLoss, number> = { gan: 0, relativistic: 0, nsgan: 1, wgan: 2, lsgan: 3, hinge: 4 };
const orderNumbers = { 'psi-first': 0, 'theta-first': 1, simultaneous: 2 } as const;

/** Multiply-adds of one step of both players, roughly; noise takes 69 points. */
const costOf = ({ loss, deviation }: DiracTrajectoryPlan): number =>
  deviation > 0 ? 4000 : lossNumbers[loss] < 2 ? 60 : 8;

export const diracTrajectoriesOperators: WasmOperators<'diracTrajectories'> = {
  diracTrajectories(core, theta0, psi0, options) {
    const plan = validateDiracTrajectories(core, theta0, psi0, options);
    const { count, rows, steps, interval, loss, order, innerSteps, bias0, labels } = plan;
    return core.run('diracTrajectories', (task) => {
      const result = () => task.result('float64', [rows, count]);
      const made: DiracTrajectoryResult = { theta: result(), psi: result() };
      if (bias0) made.bias = result();
      const scalars = [
        plan.stepTheta,
        plan.stepPsi,
        plan.clip,
        plan.damping,
        plan.push,
        plan.consensus,
        plan.deviation,
      ];
      const settings = Float64Array.of(...scalars, labels.fake, labels.real, labels.generator);
      // Blocks of 64 go through time together.
      const split = {
        cost: 2 * rows + steps * innerSteps * costOf(plan),
        multiple: 64,
        workspace: task.kernels.diracTrajectoriesWorkspace(),
      };
      task.split('diracTrajectories', count, split, [
        ...[count, rows, interval, lossNumbers[loss], orderNumbers[order], innerSteps, Number(loss === 'relativistic')],
        ...[placeArray(core, task, settings), address(theta0), address(psi0), address(bias0)],
        ...[address(made.theta), address(made.psi), address(made.bias)],
      ]);
      return made;
    });
  },
};
