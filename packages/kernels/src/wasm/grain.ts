// How much work one range of `Task.parallel` should hold at least: waking a thread costs some 10 microseconds.

/** Elements of cheap work, about four a nanosecond, that make a range worth handing out. */
const elements = 1 << 16;

/** Rows of `columns` elements per range, when an element costs about `cost` loads and stores. */
export const rowGrain = (columns: number, cost = 1): number => Math.max(1, Math.ceil(elements / (columns * cost || 1)));
