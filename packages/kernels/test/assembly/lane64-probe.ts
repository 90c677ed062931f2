// Exposes the float64 lane functions over arrays, for test/lane64.test.ts. x, y [count], count a multiple of 8.
import { exp64, sigmoids } from '../../assembly/lane64';

export function expAll(count: i32, x: usize, y: usize): void {
  for (let i: usize = 0; i < <usize>count * 8; i += 16) v128.store(y + i, exp64(v128.load(x + i)));
}

export function sigmoidAll(count: i32, x: usize, y: usize): void {
  sigmoids(<usize>count * 8, x, y);
}
