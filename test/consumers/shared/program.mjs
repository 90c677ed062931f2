// What every consumer runs: one answer from each package, as lines that are the same on every engine.
export async function run({ kernels, attention, vae, gan, complexity, webgpu }) {
  const lines = [];
  const backend = await kernels.createWasmBackend();
  const numbers = (values) => [...values].map((value) => Number(value).toFixed(3)).join(' ');

  const product = backend.scope(() =>
    backend.gemm(backend.tensor([1, 2, 3, 4], [2, 2]), backend.tensor([5, 6, 7, 8], [2, 2])),
  );
  lines.push(`gemm ${numbers(await product.data())}`);

  const keys = [
    [1, 0],
    [0, 1],
  ];
  const { query } = attention.copyQuery(keys, 1, { epsilon: 0.001, scale: 1 });
  const { output } = backend.scope(() =>
    attention.scaledDotProductAttention(
      backend.tensor(query, [1, 2]),
      backend.tensor(keys.flat(), [2, 2]),
      backend.tensor([10, 20], [2, 1]),
      { scale: 1 },
    ),
  );
  lines.push(`attention ${numbers(await output.data())}`);

  const terms = await vae.elbo({
    x: backend.tensor([1, 0], [1, 2]),
    mu: backend.tensor([1], [1, 1]),
    logvar: backend.tensor([0], [1, 1]),
    eps: backend.tensor([0], [1, 1]),
    decode: (z) => backend.gemm(z, backend.tensor([1, -1], [1, 2])),
  });
  lines.push(`elbo ${numbers([terms.elbo, terms.reconstruction, terms.kl])}`);

  const game = gan.bilinear();
  const { period, invariant } = gan.analyze(game, gan.alternatingGDA());
  const { p, q } = await gan.simulate(game, gan.alternatingGDA(), { backend, steps: 7 });
  lines.push(
    `gan period ${period}, ${invariant.expression} = ${invariant.atStart}, after 7 steps ${numbers([p[0], q[0]])}`,
  );
  backend.dispose();

  const cost = (make) => complexity.analyze(make(), { phase: 'test' }).flops;
  lines.push(`complexity ${cost(complexity.architectures.transformer)}`);

  lines.push(
    await webgpu.createWebgpuBackend().then(
      () => 'webgpu: a backend',
      (error) => `webgpu ${error instanceof kernels.UnsupportedError}: ${error.message.split(';')[0]}`,
    ),
  );
  return lines;
}
