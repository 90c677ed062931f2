// Exposes the lane functions over arrays, for test/lane.test.ts. x, y [count], count a multiple of 4.
import { exp, exp2, log, log1p } from '../../assembly/lane';

export function expAll(count: i32, x: usize, y: usize): void {
  for (let i: usize = 0; i < <usize>count * 4; i += 16) v128.store(y + i, exp(v128.load(x + i)));
}

export function exp2All(count: i32, x: usize, y: usize): void {
  for (let i: usize = 0; i < <usize>count * 4; i += 16) v128.store(y + i, exp2(v128.load(x + i)));
}

export function logAll(count: i32, x: usize, y: usize): void {
  for (let i: usize = 0; i < <usize>count * 4; i += 16) v128.store(y + i, log(v128.load(x + i)));
}

export function log1pAll(count: i32, x: usize, y: usize): void {
  for (let i: usize = 0; i < <usize>count * 4; i += 16) v128.store(y + i, log1p(v128.load(x + i)));
}
