// Elements [begin, end) of y = a op b, where b repeats after `period` elements: a multiple of 4, or as many as a has. begin < end,
// begin a multiple of 4. The last vector is computed whole: tensors are allocated in multiples of 64 bytes.
// a, y: [end], b: [period] float32.

/** y = a + b. a, y: [end]; b: [period]. */
export function addElements(begin: i32, end: i32, period: i32, a: usize, b: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  let j = (<usize>begin % period) << 2;
  do {
    const stop = i + min(last - i, ((<usize>period) << 2) - j);
    const from = b + j - i;
    do {
      v128.store(y + i, f32x4.add(v128.load(a + i), v128.load(from + i)));
      i += 16;
    } while (i < stop);
    j = 0;
  } while (i < last);
}

/** y = a - b. a, y: [end]; b: [period]. */
export function subtractElements(begin: i32, end: i32, period: i32, a: usize, b: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  let j = (<usize>begin % period) << 2;
  do {
    const stop = i + min(last - i, ((<usize>period) << 2) - j);
    const from = b + j - i;
    do {
      v128.store(y + i, f32x4.sub(v128.load(a + i), v128.load(from + i)));
      i += 16;
    } while (i < stop);
    j = 0;
  } while (i < last);
}

/** y = b - a. a, y: [end]; b: [period]. */
export function subtractFromElements(begin: i32, end: i32, period: i32, a: usize, b: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  let j = (<usize>begin % period) << 2;
  do {
    const stop = i + min(last - i, ((<usize>period) << 2) - j);
    const from = b + j - i;
    do {
      v128.store(y + i, f32x4.sub(v128.load(from + i), v128.load(a + i)));
      i += 16;
    } while (i < stop);
    j = 0;
  } while (i < last);
}

/** y = a b. a, y: [end]; b: [period]. */
export function multiplyElements(begin: i32, end: i32, period: i32, a: usize, b: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  let j = (<usize>begin % period) << 2;
  do {
    const stop = i + min(last - i, ((<usize>period) << 2) - j);
    const from = b + j - i;
    do {
      v128.store(y + i, f32x4.mul(v128.load(a + i), v128.load(from + i)));
      i += 16;
    } while (i < stop);
    j = 0;
  } while (i < last);
}

/** y = a / b. a, y: [end]; b: [period]. */
export function divideElements(begin: i32, end: i32, period: i32, a: usize, b: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  let j = (<usize>begin % period) << 2;
  do {
    const stop = i + min(last - i, ((<usize>period) << 2) - j);
    const from = b + j - i;
    do {
      v128.store(y + i, f32x4.div(v128.load(a + i), v128.load(from + i)));
      i += 16;
    } while (i < stop);
    j = 0;
  } while (i < last);
}

/** y = b / a. a, y: [end]; b: [period]. */
export function divideIntoElements(begin: i32, end: i32, period: i32, a: usize, b: usize, y: usize): void {
  const last = (<usize>end) << 2;
  let i = (<usize>begin) << 2;
  let j = (<usize>begin % period) << 2;
  do {
    const stop = i + min(last - i, ((<usize>period) << 2) - j);
    const from = b + j - i;
    do {
      v128.store(y + i, f32x4.div(v128.load(from + i), v128.load(a + i)));
      i += 16;
    } while (i < stop);
    j = 0;
  } while (i < last);
}
