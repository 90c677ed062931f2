import { copyQuery } from '@dlv/attention';
import { analyze as analyzeCost, architectures } from '@dlv/complexity';
import { alternatingGDA, analyze as analyzeGame, bilinear, trajectoryTable } from '@dlv/gan-dynamics';
import type { Backend, BackendInfo } from '@dlv/kernels';
import { checkIdentity } from '@dlv/vae';

export interface OverviewResponse {
  info: BackendInfo;
  /** Cost of one forward pass. */
  cost: { rnn: string; transformer: string };
  /** Smallest beta that copies one of eight values up to 1 %. */
  beta: number;
  /** Both sides of the identity on a model with one latent dimension. */
  identity: { definition: number; terms: number };
  game: { table: string; verdict: string; period: number | null; radius: number; invariant: string };
}

/** One number for each of the four questions, computed when the page opens. */
export function overview(backend: Backend, _: Record<string, never>): OverviewResponse {
  const phase = { phase: 'test' } as const;
  const keys = Array.from({ length: 8 }, (_, i) => Array.from({ length: 8 }, (_, j) => (i === j ? 1 : 0)));
  const logLikelihood = (z: number) => 2 * z - Math.log1p(Math.exp(2 * z));
  const { definition, elbo } = checkIdentity({ logLikelihood, mu: 0.5, logvar: -1 });
  const method = alternatingGDA();
  const analysis = analyzeGame(bilinear(), method);
  return {
    info: { ...backend.info },
    cost: {
      rnn: `${analyzeCost(architectures.rnn(), phase).flops}`,
      transformer: `${analyzeCost(architectures.transformer(), phase).flops}`,
    },
    beta: copyQuery(keys, 0, { epsilon: 0.01, scale: 1 }).beta,
    identity: { definition, terms: elbo },
    game: {
      table: trajectoryTable(bilinear(), method).toText(),
      verdict: analysis.verdict,
      period: analysis.period,
      radius: analysis.spectralRadius,
      invariant: `${analysis.invariant?.expression} = ${analysis.invariant?.atStart}`,
    },
  };
}
