import * as attention from '@dlv/attention';
import * as complexity from '@dlv/complexity';
import * as gan from '@dlv/gan-dynamics';
import * as kernels from '@dlv/kernels';
import * as vae from '@dlv/vae';
import * as webgpu from '@dlv/webgpu';

export const packages = { attention, complexity, gan, kernels, vae, webgpu };
