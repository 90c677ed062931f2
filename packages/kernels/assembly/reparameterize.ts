import { exp, fma } from './lane';

/** z = mean + e^(logvar / 2) noise for elements [begin, end). mean, logvar, noise, z: [count]. */
export function reparameterize(begin: i32, end: i32, mean: usize, logvar: usize, noise: usize, z: usize): void {
  const last = (<usize>end) << 2;
  let at = (<usize>begin) << 2;
  for (; at + 32 <= last; at += 32) {
    const left = deviation(v128.load(logvar + at));
    const right = deviation(v128.load(logvar + at, 16));
    v128.store(z + at, fma(left, v128.load(noise + at), v128.load(mean + at)));
    v128.store(z + at, fma(right, v128.load(noise + at, 16), v128.load(mean + at, 16)), 16);
  }
  for (; at < last; at += 4) {
    const scaled = deviation(v128.load32_splat(logvar + at));
    v128.store32_lane(z + at, fma(scaled, v128.load32_splat(noise + at), v128.load32_splat(mean + at)), 0);
  }
}

/**
 * Gradients for elements [begin, end): dMean = dz and dLogvar = dz e^(logvar / 2) noise / 2.
 * dz, logvar, noise, dMean, dLogvar: [count].
 */
export function reparameterizeGradients(
  begin: i32,
  end: i32,
  dz: usize,
  logvar: usize,
  noise: usize,
  dMean: usize,
  dLogvar: usize,
): void {
  const last = (<usize>end) << 2;
  let at = (<usize>begin) << 2;
  for (; at + 32 <= last; at += 32) {
    const left = v128.load(dz + at);
    const right = v128.load(dz + at, 16);
    v128.store(dMean + at, left);
    v128.store(dMean + at, right, 16);
    v128.store(dLogvar + at, slope(left, v128.load(logvar + at), v128.load(noise + at)));
    v128.store(dLogvar + at, slope(right, v128.load(logvar + at, 16), v128.load(noise + at, 16)), 16);
  }
  for (; at < last; at += 4) {
    const d = v128.load32_splat(dz + at);
    v128.store32_lane(dMean + at, d, 0);
    v128.store32_lane(dLogvar + at, slope(d, v128.load32_splat(logvar + at), v128.load32_splat(noise + at)), 0);
  }
}

/** e^(logvar / 2). */
function deviation(logvar: v128): v128 {
  return exp(f32x4.mul(logvar, f32x4.splat(0.5)));
}

function slope(dz: v128, logvar: v128, noise: v128): v128 {
  return f32x4.mul(f32x4.mul(dz, f32x4.splat(0.5)), f32x4.mul(deviation(logvar), noise));
}
