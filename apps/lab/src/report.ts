import type { MeasuredTime } from './timing.js';

/** Agree: every part of the claim holds. Incomplete: its core holds, a part does not. Wrong: its core does not hold. */
export type Verdict = 'agree' | 'incomplete' | 'wrong';

/** One part of a claim, decided by computed numbers. */
export interface Check {
  /** The part of the claim, as a statement that is true or false. */
  statement: string;
  holds: boolean;
  /** Whether the claim stands or falls with this part. */
  core: boolean;
  /** The numbers that decided it. */
  numbers: string;
}

/** One row of the assignment's claims. */
export interface ReportRow {
  /** Question and place in it, such as '2.1'. */
  id: string;
  section: string;
  /** What the assignment says. */
  claim: string;
  /** What we computed, as one statement with its numbers. */
  result: string;
  checks: Check[];
  /** Further numbers that decide nothing. */
  notes: string[];
  /** Follows from `checks` alone. */
  verdict: Verdict;
  /** What the project's reading of the assignment expects, for comparison; it never decides `verdict`. */
  expected: Verdict;
}

/** Terms of the ELBO over a set of images: nats per image, elbo = reconstruction - kl. */
export interface ElboTerms {
  images: number;
  reconstruction: number;
  kl: number;
  elbo: number;
}

/** A real or procedural image set through `elbo`. */
export interface ImageReport {
  source: 'mnist' | 'procedural';
  /** Says plainly which images these are. */
  description: string;
  trainImages: number;
  testImages: number;
  pixels: number;
  /** Bernoulli entropy of the pixels, nats per image of the test set: no decoder's -log p(x|z) can be lower. */
  floor: number;
  /** -ELBO of the best constant decoder (means of the training set), nats per image of the test set: a collapsed VAE. */
  plateau: number;
  /** -ELBO of a decoder whose logits are all zero: pixels * ln 2. */
  untrained: number;
  model: { description: string; latentSize: number; batch: number; steps: number; seconds: number; parameters: number };
  train: ElboTerms;
  test: ElboTerms;
  /** -ELBO of the training batch at some steps. */
  curve: { step: number; loss: number }[];
  checks: Check[];
  verdict: Verdict;
}

/** Where the report was computed. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  platform: string;
  node: string;
  backend: string;
  engine: string;
  simd: boolean;
  relaxedSimd: boolean;
  threads: number;
}

/** The whole report; its JSON form is this object. */
export interface LabReport {
  title: string;
  /** ISO 8601, UTC. */
  date: string;
  seconds: number;
  machine: Machine;
  /** Package name to version. */
  versions: Record<string, string>;
  rows: ReportRow[];
  images: ImageReport;
  timings: MeasuredTime[];
  summary: Record<Verdict, number>;
  /** Ids of rows whose verdict differs from the expected one; 'images' for the image part. Empty when all is well. */
  unexpected: string[];
}

/** The verdict that a claim's parts lead to. */
export function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.some((check) => check.core && !check.holds)) return 'wrong';
  return checks.every((check) => check.holds) ? 'agree' : 'incomplete';
}

/** A part the claim stands or falls with. */
export const core = (statement: string, holds: boolean, numbers: string): Check => ({
  statement,
  holds,
  core: true,
  numbers,
});

/** A part the claim is incomplete without. */
export const part = (statement: string, holds: boolean, numbers: string): Check => ({
  statement,
  holds,
  core: false,
  numbers,
});

/** A row before its verdict is drawn. */
export type RowContent = Omit<ReportRow, 'verdict' | 'notes'> & { notes?: string[] };

/** Draws the verdict from the checks. */
export function row(content: RowContent): ReportRow {
  if (content.checks.length === 0) throw new Error(`row ${content.id}: a row without checks has no verdict`);
  return { notes: [], ...content, verdict: verdictOf(content.checks) };
}

/** Lets a long computation be watched and stopped. */
export interface Progress {
  signal?: AbortSignal | undefined;
  onProgress?: ((message: string) => void) | undefined;
}
