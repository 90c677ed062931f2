/** The value below which the fraction `q` of the samples lies, interpolating linearly between order statistics. */
export function quantile(samples: readonly number[], q: number): number {
  if (samples.length === 0) throw new RangeError('quantile: needs at least one sample, got none');
  const sorted = [...samples].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}

/** Five figures of a set of timings, in the samples' own unit. */
export interface Summary {
  readonly minimum: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  /** Interquartile range over the median. */
  readonly spread: number;
  readonly samples: number;
}

export function summarize(samples: readonly number[]): Summary {
  const [lowerQuartile, median, upperQuartile] = [0.25, 0.5, 0.75].map((q) => quantile(samples, q)) as [
    number,
    number,
    number,
  ];
  return {
    minimum: quantile(samples, 0),
    lowerQuartile,
    median,
    upperQuartile,
    spread: (upperQuartile - lowerQuartile) / median,
    samples: samples.length,
  };
}
