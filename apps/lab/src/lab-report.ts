import type { Backend } from '@dlv/kernels';
import { imageReport, type Training } from './image-report.js';
import { machine, versions } from './machine.js';
import type { LabReport, Progress, Verdict } from './report.js';
import { attentionRows } from './rows-attention.js';
import { complexityRows } from './rows-complexity.js';
import { ganRows } from './rows-gan.js';
import { vaeRows } from './rows-vae.js';
import { measureTimes } from './timing.js';

export interface LabOptions extends Progress {
  /** The engine that computes everything. */
  backend: Backend;
  /** Folder with the MNIST files; without it procedural images are used. */
  mnist?: string;
  /** How the image model is trained; tests make it short. */
  training?: Training;
}

/** Computes the whole report: every claim of the assignment, images through the ELBO, times. */
export async function labReport({ backend, mnist, training, signal, onProgress }: LabOptions): Promise<LabReport> {
  const start = performance.now();
  const step = async <T>(name: string, run: () => T | Promise<T>): Promise<T> => {
    signal?.throwIfAborted();
    onProgress?.(name);
    return run();
  };
  const rows = [
    ...(await step('question 1: complexity and parallelism', () => complexityRows(backend))),
    ...(await step('question 2: attention', () => attentionRows(backend))),
    ...(await step('question 3: the VAE objective', () => vaeRows(backend))),
    ...(await step('question 4: GAN dynamics', () => ganRows(backend))),
  ];
  const images = await step('images through the ELBO', () =>
    imageReport(backend, mnist, { signal, onProgress }, training),
  );
  const timings = await step('times', () => measureTimes(backend, 256, 4, [256, 1024]));
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  return {
    title: 'DLV lab report: what the assignment claims, and what is true',
    date: new Date().toISOString(),
    seconds: (performance.now() - start) / 1000,
    machine: machine(backend),
    versions: versions(),
    rows,
    images,
    timings,
    summary: { agree: count('agree'), incomplete: count('incomplete'), wrong: count('wrong') },
    unexpected: [
      ...rows.filter(({ verdict, expected }) => verdict !== expected).map(({ id }) => id),
      ...(images.verdict === 'agree' ? [] : ['images']),
    ],
  };
}
