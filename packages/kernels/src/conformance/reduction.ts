import type { ArgmaxOptions, Backend, ReductionOptions, Tensor } from '../backend.js';
import { type ConformanceCase, float32Roundoff, type Input, input, onBoth } from './case.js';
import { expectClose, expectShape, expectThrows } from './compare.js';

const names = ['sum', 'mean', 'max', 'argmax'] as const;
type Name = (typeof names)[number];

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const row = (...values: number[]): Input => ({ data: Float32Array.from(values), shape: [values.length] });

const apply = (backend: Backend, name: Name, x: Tensor, options: ReductionOptions | undefined): Tensor =>
  name === 'argmax' ? backend.argmax(x, options as ArgmaxOptions) : backend[name](x, options);

/** max and argmax are exact. A sum is within 20u sum |x| for each group of axes (two at most here), and the reference rounds too. */
async function check(
  backend: Backend,
  name: Name,
  x: Input,
  options: ReductionOptions | undefined,
  shape: readonly number[],
  slack = 1,
): Promise<void> {
  const sizes: Input = { data: (x.data as Float32Array).map(Math.abs), shape: x.shape };
  const { actual, expected, tensors } = await onBoth(backend, [x], (owner, tx) => ({
    y: apply(owner, name, tx as Tensor, options),
  }));
  expectShape(name, tensors.y, shape);
  const what = `${name} [${x.shape}] ${JSON.stringify(options)}`;
  if (name === 'max' || name === 'argmax') return expectClose(what, actual.y, expected.y, {});
  const { expected: size } = await onBoth(backend, [sizes], (owner, tx) => ({ y: owner[name](tx as Tensor, options) }));
  const absolute = Float64Array.from(size.y, (total) =>
    Number.isFinite(total) ? slack * (41 * float32Roundoff * total + 2 ** -149) : 0,
  );
  expectClose(what, actual.y, expected.y, { absolute });
}

const makeCase = (
  operator: Name,
  name: string,
  run: ConformanceCase['run'],
  tags: ConformanceCase['tags'] = [],
): ConformanceCase => ({ operator, name, tags, run });

const lengths = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 64, 255, 257, 1009, 16385, 40_000] as const;
/** Rows of one column and more, a panel and more, blocks of rows and more. */
const matrices = [
  [1, 2],
  [7, 3],
  [8, 4],
  [9, 5],
  [17, 9],
  [3, 1025],
  [1030, 6],
  [2051, 1],
] as const;

/** x with ties: noise of few different values. */
const ties = (seed: number, shape: readonly number[]): Input => {
  const { data } = input(seed, shape, 2.4);
  return { data: (data as Float32Array).map(Math.round), shape };
};

const withSpecial = (special: number): Input => {
  const { data, shape } = ties(5, [40, 9]);
  const values = data as Float32Array;
  for (const at of [3, 100, 101, 200, 359]) values[at] = special;
  return { data: values, shape };
};

export const reductionCases: readonly ConformanceCase[] = names.flatMap((name) => {
  const several = name !== 'argmax';
  const on =
    (x: Input, options: ReductionOptions | undefined, shape: readonly number[]) =>
    (backend: Backend, slack = 1) =>
      check(backend, name, x, options, shape, slack);
  const both = (x: Input) => async (backend: Backend, slack?: number) => {
    const [rows, columns] = x.shape as [number, number];
    await on(x, { axis: 1 }, [rows])(backend, slack);
    await on(x, { axis: 0 }, [columns])(backend, slack);
    await on(x, {}, [])(backend, slack);
  };
  return [
    makeCase(name, 'rows of every length', async (backend, slack) => {
      for (const length of lengths) {
        await on(input(length, [2, length], 3), { axis: -1 }, [2])(backend, slack);
        await on(ties(length, [length]), undefined, [])(backend, slack);
      }
    }),
    makeCase(name, 'columns of every size', async (backend, slack) => {
      for (const shape of matrices) {
        await on(input(1, shape, 3), { axis: 0 }, [shape[1]])(backend, slack);
        await on(ties(2, [2, ...shape]), { axis: 1 }, [2, shape[1]])(backend, slack);
      }
    }),
    makeCase(name, 'each axis, and all', async (backend, slack) => {
      const x = input(3, [2, 3, 4, 5], 2);
      await on(x, undefined, [])(backend, slack);
      await on(x, { keepDimensions: true }, [1, 1, 1, 1])(backend, slack);
      for (const axis of [0, 1, 2, 3]) {
        const dropped = x.shape.filter((_, at) => at !== axis);
        const kept = x.shape.map((length, at) => (at === axis ? 1 : length));
        await on(x, { axis }, dropped)(backend, slack);
        await on(x, { axis: axis - 4, keepDimensions: true }, kept)(backend, slack);
      }
      await on({ data: Float32Array.of(-3), shape: [] }, undefined, [])(backend, slack);
      await on(input(4, [3, 1, 2]), { axis: 1 }, [3, 2])(backend, slack);
    }),
    ...(several
      ? [
          makeCase(name, 'several axes', async (backend, slack) => {
            const x = input(4, [2, 3, 4, 5], 2);
            await on(x, { axis: [0, 1] }, [4, 5])(backend, slack);
            await on(x, { axis: [-1, 1] }, [2, 4])(backend, slack);
            await on(x, { axis: [0, 2], keepDimensions: true }, [1, 3, 1, 5])(backend, slack);
            await on(x, { axis: [3, 2, 1, 0] }, [])(backend, slack);
          }),
        ]
      : []),
    ...[
      { what: 'NaN', x: withSpecial(nan) },
      { what: 'Infinity', x: withSpecial(inf) },
      { what: '-Infinity', x: withSpecial(-inf) },
    ].map(({ what, x }) => makeCase(name, what, both(x), ['non-finite'])),
    makeCase(name, 'only -Infinity', on(row(-inf, -inf, -inf, -inf, -inf), {}, []), ['non-finite']),
    makeCase(name, 'subnormal', on(row(1e-45, -1e-45, 3e-39, -2e-40, 2e-45, 1e-41), {}, []), ['subnormal']),
    makeCase(name, 'no results', on({ data: new Float32Array(0), shape: [0, 3] }, { axis: 1 }, [0])),
    makeCase(name, 'no elements', async (backend) => {
      const empty: Input = { data: new Float32Array(0), shape: [2, 0] };
      if (name === 'sum' || name === 'mean') return on(empty, { axis: 1 }, [2])(backend);
      backend.scope(() => {
        const x = backend.tensor([], [2, 0]);
        const text = new RegExp(`${name}: x with shape \\[2,0\\] has no elements along the axes to reduce`);
        expectThrows(name, () => apply(backend, name, x, { axis: 1 }), 'ValueError', text);
      });
    }),
    makeCase(name, 'refuses axes that are not there', async (backend) => {
      backend.scope(() => {
        const x = backend.tensor([1, 2, 3, 4], [2, 2]);
        const refuses = (options: object, text: string) =>
          expectThrows(name, () => apply(backend, name, x, options), 'ValueError', new RegExp(`${name}: ${text}`));
        refuses({ axis: 2 }, 'axis 2 is not one of x with shape \\[2,2\\]');
        refuses({ axis: -3 }, 'axis -3 is not one of x');
        refuses({ axis: 0.5 }, 'axis 0.5 is not one of x');
        refuses({ axis: 'rows' }, 'axis must be an integer.*, got rows');
        refuses({ axis: [] }, 'axis must be an integer.*, got \\[\\]');
        if (several) refuses({ axis: [1, -1] }, 'axis names axis 1 twice');
        else refuses({ axis: [0] }, 'axis must be an integer, got \\[0\\]');
        refuses({ keepDimensions: 1 }, 'keepDimensions must be true or false, got 1');
        refuses({ keepdims: true }, "unknown option 'keepdims'; it takes axis, keepDimensions");
      });
    }),
  ];
});
