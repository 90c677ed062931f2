import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Backend, createReferenceBackend, createWasmBackend, type Tensor } from '../src/index.js';
import { checkGradients, values } from './central-differences.js';

const reference = await createReferenceBackend();
const backends = {
  fast: await createWasmBackend(),
  reproducible: await createWasmBackend({ numerics: 'reproducible' }),
};
afterAll(() => {
  for (const backend of [reference, ...Object.values(backends)]) backend.dispose();
});

type Named = Record<string, Tensor>;
const rnnParameters = ({ inputWeights, hiddenWeights, bias }: Named) => ({
  ...{ inputWeights: inputWeights!, hiddenWeights: hiddenWeights!, bias: bias! },
});
const gruParameters = ({ inputWeights, hiddenWeights, inputBias, hiddenBias }: Named) => ({
  ...{ inputWeights: inputWeights!, hiddenWeights: hiddenWeights! },
  ...{ inputBias: inputBias!, hiddenBias: hiddenBias! },
});
const stateOf = ({ h, c }: Named) => ({ h: h!, c: c! });

describe('gradients agree with central differences', () => {
  const [B, I, n] = [3, 4, 5];
  const given = (gates: number) => ({
    ...{ x: values(1, [B, I]), h: values(2, [B, n]) },
    ...{ inputWeights: values(3, [gates * n, I]), hiddenWeights: values(4, [gates * n, n]) },
  });

  it('rnnStep', () =>
    checkGradients(
      { ...given(1), bias: values(5, [n]) },
      (on, all) => [on.rnnStep(all.x!, all.h!, rnnParameters(all))],
      (on, all, [dy]) => {
        const y = on.rnnStep(all.x!, all.h!, rnnParameters(all));
        return { ...on.rnnStepGradients(dy!, y, all.x!, all.h!, rnnParameters(all)) };
      },
      1e-4,
    ));

  it.each([true, false])('gruStep, resetAfter %s', (resetAfter) =>
    checkGradients(
      { ...given(3), inputBias: values(5, [3 * n]), hiddenBias: values(6, [3 * n]) },
      (on, all) => [on.gruStep(all.x!, all.h!, gruParameters(all), { resetAfter }).h],
      (on, all, [dy]) => {
        const { gates } = on.gruStep(all.x!, all.h!, gruParameters(all), { resetAfter, returnGates: true });
        return { ...on.gruStepGradients(dy!, gates!, all.x!, all.h!, gruParameters(all), { resetAfter }) };
      },
      1e-4,
    ),
  );

  const lstm = { ...given(4), c: values(7, [B, n]), bias: values(5, [4 * n]) };
  const lstmGates = (on: Backend, all: Named) =>
    on.lstmStep(all.x!, stateOf(all), rnnParameters(all), { returnGates: true }).gates!;

  it('lstmStep', () =>
    checkGradients(
      lstm,
      (on, all) => {
        const { h, c } = on.lstmStep(all.x!, stateOf(all), rnnParameters(all));
        return [h, c];
      },
      (on, all, [h, c]) => ({
        ...on.lstmStepGradients({ h: h!, c: c! }, lstmGates(on, all), all.x!, stateOf(all), rnnParameters(all)),
      }),
      1e-4,
    ));

  it('lstmStep, of h alone', () =>
    checkGradients(
      lstm,
      (on, all) => [on.lstmStep(all.x!, stateOf(all), rnnParameters(all)).h],
      (on, all, [h]) => ({
        ...on.lstmStepGradients({ h: h! }, lstmGates(on, all), all.x!, stateOf(all), rnnParameters(all)),
      }),
      1e-4,
    ));
});

describe.each(Object.entries(backends))('%s: random steps against the reference', (_, backend) => {
  const sizes = [
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 20 }),
    fc.integer({ min: 0, max: 40 }),
  ] as const;
  const run = { seed: 20261125, numRuns: 60 };
  const compare = (program: (on: Backend) => Tensor[]) => {
    const read = (on: Backend) => on.scope(() => program(on).map((tensor) => [tensor.dataSync()]));
    const [mine, truth] = [read(backend).flat(), read(reference).flat()];
    mine.forEach((data, part) => {
      expect(data.length).toBe(truth[part]!.length);
      for (const [i, value] of data.entries()) expect(Math.abs(value - truth[part]![i]!)).toBeLessThan(1e-4);
    });
  };
  const maker = (on: Backend) => (seed: number, shape: number[]) => on.tensor(values(seed, shape, 0.5).data, shape);

  it('three steps of each and their gradients', () => {
    fc.assert(
      fc.property(...sizes, fc.boolean(), (B, I, n, resetAfter) => {
        compare((on) => {
          const make = maker(on);
          const weights = (gates: number) => ({
            inputWeights: make(1, [gates * n, I]),
            hiddenWeights: make(2, [gates * n, n]),
          });
          const [x, zero, dy] = [make(3, [B, I]), on.tensor(new Float32Array(B * n), [B, n]), make(4, [B, n])];
          const [plain, gru, lstm] = [{ ...weights(1), bias: make(5, [n]) }, weights(3), weights(4)];
          let [y, h, state] = [zero, zero, { h: zero, c: zero }];
          for (let t = 0; t < 2; t++) {
            y = on.rnnStep(x, y, plain);
            h = on.gruStep(x, h, gru, { resetAfter }).h;
            state = on.lstmStep(x, state, lstm);
          }
          const next = on.rnnStep(x, y, plain);
          const gruNext = on.gruStep(x, h, gru, { resetAfter, returnGates: true });
          const lstmNext = on.lstmStep(x, state, lstm, { returnGates: true });
          const given = [next, ...Object.values(gruNext), ...Object.values(lstmNext)];
          return [
            ...given,
            ...Object.values(on.rnnStepGradients(dy, next, x, y, plain)),
            ...Object.values(on.gruStepGradients(dy, gruNext.gates!, x, h, gru, { resetAfter })),
            ...Object.values(on.lstmStepGradients({ h: dy }, lstmNext.gates!, x, state, lstm)),
          ];
        });
      }),
      run,
    );
  });
});

it('the number of threads changes no bit', async () => {
  const results = [];
  for (const threads of [1, 2]) {
    const backend = await createWasmBackend({ threads });
    const make = (seed: number, shape: readonly number[]) => backend.tensor(values(seed, shape, 0.3).data, shape);
    const [B, I, n] = [65, 70, 131];
    const [x, h] = [make(1, [B, I]), make(2, [B, n])];
    const weights = (gates: number) => ({
      inputWeights: make(3, [gates * n, I]),
      hiddenWeights: make(4, [gates * n, n]),
    });
    const y = backend.rnnStep(x, h, weights(1));
    const gru = backend.gruStep(x, h, weights(3), { returnGates: true });
    const before = backend.gruStep(x, h, weights(3), { returnGates: true, resetAfter: false });
    const lstm = backend.lstmStep(x, { h, c: h }, weights(4), { returnGates: true });
    const made = [
      ...[{ y }, gru, before, lstm, backend.rnnStepGradients(h, y, x, h, weights(1))],
      backend.gruStepGradients(h, gru.gates!, x, h, weights(3)),
      backend.gruStepGradients(h, before.gates!, x, h, weights(3), { resetAfter: false }),
      backend.lstmStepGradients({ h }, lstm.gates!, x, { h, c: h }, weights(4)),
    ];
    results.push(made.flatMap((tensors) => Object.values(tensors).map((tensor: Tensor) => tensor.dataSync())));
    backend.dispose();
  }
  expect(results[0]).toEqual(results[1]);
});
