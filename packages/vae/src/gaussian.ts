/** KL( N(mu, e^logvar) || N(0, 1) ) in nats = (mu^2 + expm1(logvar) - logvar) / 2, never negative thanks to expm1. */
export const klToStandardNormal = (mu: number, logvar: number): number =>
  0.5 * (mu * mu + (Math.expm1(logvar) - logvar));

/** log N(z; mean, e^logvar) in nats */
export const logNormal = (z: number, mean: number, logvar: number): number =>
  -0.5 * ((z - mean) ** 2 * Math.exp(-logvar) + logvar + Math.log(2 * Math.PI));
