import {
  cosineNearZero,
  cosineOfTurn,
  minusTwiceLog,
  sineNearZero,
  sineOfTurn,
  withinQuarter,
} from './lane-trigonometry';
import { deliver, join, philox } from './philox';

// Position p of a stream is word p mod 4 of Philox at counter floor(p / 4). The kernels' items are groups of sixteen
// positions. Group 0 is the one that holds the result's first element, `shift` positions into it; its number in the stream
// comes in two 32-bit halves, as stream and seed do. Every kernel works in its scratch and copies the group out.

/** Uniform numbers least + width * u, u of 24 bits, bounded by `top`. y: [count]; scratch: 64 bytes. */
export function randomUniform(
  begin: i32,
  end: i32,
  count: u32,
  shift: i32,
  groupLow: u32,
  groupHigh: u32,
  streamLow: u32,
  streamHigh: u32,
  seedLow: u32,
  seedHigh: u32,
  least: f32,
  width: f32,
  top: f32,
  y: usize,
  scratch: usize,
): void {
  const stream = join(streamLow, streamHigh);
  const seed = join(seedLow, seedHigh);
  const scale = f32x4.splat(5.9604645e-8); // 2^-24
  for (let group = begin; group < end; group++) {
    philox((join(groupLow, groupHigh) + group) << 2, stream, seed, scratch);
    for (let at = scratch; at < scratch + 64; at += 16) {
      const u = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(v128.load(at), 8)), scale);
      const value = f32x4.add(f32x4.splat(least), f32x4.mul(f32x4.splat(width), u));
      v128.store(at, f32x4.pmin(value, f32x4.splat(top)));
    }
    deliver(group, shift, count, 4, scratch, y);
  }
}

/** Normal numbers by Box and Muller's method, two of each pair of words. y: [count]; scratch: 64 bytes. */
export function randomNormal(
  begin: i32,
  end: i32,
  count: u32,
  shift: i32,
  groupLow: u32,
  groupHigh: u32,
  streamLow: u32,
  streamHigh: u32,
  seedLow: u32,
  seedHigh: u32,
  mean: f32,
  deviation: f32,
  y: usize,
  scratch: usize,
): void {
  const stream = join(streamLow, streamHigh);
  const seed = join(seedLow, seedHigh);
  for (let group = begin; group < end; group++) {
    philox((join(groupLow, groupHigh) + group) << 2, stream, seed, scratch);
    for (let at = scratch; at < scratch + 64; at += 32) {
      const left = v128.load(at);
      const right = v128.load(at, 16);
      const word = v128.shuffle<i32>(left, right, 0, 2, 4, 6);
      const turn = v128.shuffle<i32>(left, right, 1, 3, 5, 7);
      const angle = withinQuarter(turn);
      const sine = sineNearZero(angle);
      const cosine = cosineNearZero(angle);
      const radius = f32x4.sqrt(minusTwiceLog(word));
      const first = affine(f32x4.mul(radius, cosineOfTurn(turn, sine, cosine)), deviation, mean);
      const second = affine(f32x4.mul(radius, sineOfTurn(turn, sine, cosine)), deviation, mean);
      v128.store(at, v128.shuffle<f32>(first, second, 0, 4, 1, 5));
      v128.store(at, v128.shuffle<f32>(first, second, 2, 6, 3, 7), 16);
    }
    deliver(group, shift, count, 4, scratch, y);
  }
}

/** value * deviation + mean. */
function affine(value: v128, deviation: f32, mean: f32): v128 {
  return f32x4.add(f32x4.mul(value, f32x4.splat(deviation)), f32x4.splat(mean));
}
