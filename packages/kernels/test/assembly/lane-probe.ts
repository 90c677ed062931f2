// Exposes the lane functions over arrays, for test/lane.test.ts. x, y [count], count a multiple of 4.
import {
  erf,
  exp,
  exp2,
  expm1,
  gaussian,
  log,
  log1p,
  log1pUnit,
  normalTail,
  sigmoid,
  softplus,
  tanh,
} from '../../assembly/lane';

function over(count: i32, x: usize, y: usize, f: (x: v128) => v128): void {
  for (let i: usize = 0; i < <usize>count * 4; i += 16) v128.store(y + i, f(v128.load(x + i)));
}

export function expAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, exp);
}

export function exp2All(count: i32, x: usize, y: usize): void {
  over(count, x, y, exp2);
}

export function expm1All(count: i32, x: usize, y: usize): void {
  over(count, x, y, expm1);
}

export function logAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, log);
}

export function log1pAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, log1p);
}

export function log1pUnitAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, log1pUnit);
}

export function tanhAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, tanh);
}

export function sigmoidAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, sigmoid);
}

export function softplusAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, softplus);
}

export function erfAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, erf);
}

/** Phi(-x) for x from 0 to 15. */
export function normalTailAll(count: i32, x: usize, y: usize): void {
  over(count, x, y, (a: v128): v128 => gaussian(a, normalTail(a)));
}
