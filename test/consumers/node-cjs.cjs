const packages = {
  attention: require('@dlv/attention'),
  complexity: require('@dlv/complexity'),
  gan: require('@dlv/gan-dynamics'),
  kernels: require('@dlv/kernels'),
  vae: require('@dlv/vae'),
  webgpu: require('@dlv/webgpu'),
};

import('./shared/program.mjs')
  .then(({ run }) => run(packages))
  .then((lines) => {
    for (const line of lines) console.log(line);
  });
