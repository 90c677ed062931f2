import { type Backend, UnsupportedError, ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import type { KernelFunc } from '@tensorflow/tfjs-core';
import { type Engine, WebgpuBackend } from './backend.js';

export interface WebgpuBackendOptions {
  /** Use this device in place of one of our own; `dispose` then leaves it alive. */
  device?: GPUDevice;
  /** Which adapter to ask for. Default: the browser's choice. */
  powerPreference?: GPUPowerPreference;
}

const fn = 'createWebgpuBackend';

/** The limits worth raising where the adapter can; a default device has 128 MiB bindings. */
const raised = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
] as const;

async function requestDevice(
  powerPreference: GPUPowerPreference | undefined,
): Promise<{ device: GPUDevice; adapter: GPUAdapterInfo }> {
  const gpu = globalThis.navigator?.gpu;
  if (!gpu) {
    throw new UnsupportedError(
      `${fn}: there is no navigator.gpu here; WebGPU needs a browser that has it and a secure context (https or localhost)`,
    );
  }
  const adapter = await gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference });
  if (!adapter) throw new UnsupportedError(`${fn}: navigator.gpu offers no adapter on this machine`);
  const requiredLimits = Object.fromEntries(raised.map((name) => [name, adapter.limits[name]]));
  return { device: await adapter.requestDevice({ requiredLimits }), adapter: adapter.info };
}

/** tfjs is a peer that is loaded here, so that this package can be imported where it is not installed. */
async function loadTfjs() {
  try {
    const [core, webgpu] = await Promise.all([
      import('@tensorflow/tfjs-core'),
      import('@tensorflow/tfjs-backend-webgpu'),
    ]);
    return { core, webgpu };
  } catch (cause) {
    throw new UnsupportedError(
      `${fn}: needs the peers @tensorflow/tfjs-core and @tensorflow/tfjs-backend-webgpu ^4.22.0: ${String(cause)}`,
      { cause },
    );
  }
}

const describe = ({ vendor, architecture, device, description }: GPUAdapterInfo): string =>
  [vendor, architecture, device, description].filter(Boolean).join(' ') || 'a WebGPU adapter that does not name itself';

/**
 * The Backend on WebGPU: tfjs's kernels for gemm and softmax, own WGSL for attention. It runs on a device of its own and
 * leaves tfjs's registry and its active backend as they are.
 * @throws UnsupportedError where there is no WebGPU, no adapter, or tfjs is not installed; ValueError on a bad option.
 */
export async function createWebgpuBackend(options: WebgpuBackendOptions = {}): Promise<Backend> {
  checkOptions(fn, options, ['device', 'powerPreference']);
  const { device: given, powerPreference } = options;
  if (powerPreference !== undefined && powerPreference !== 'low-power' && powerPreference !== 'high-performance') {
    throw new ValueError(
      `${fn}: powerPreference must be 'low-power' or 'high-performance', got ${String(powerPreference)}`,
    );
  }
  if (given !== undefined && typeof given?.createShaderModule !== 'function') {
    throw new ValueError(`${fn}: device must be a GPUDevice, got ${String(given)}`);
  }
  const { device, adapter } = given
    ? { device: given, adapter: given.adapterInfo }
    : await requestDevice(powerPreference);
  const { core, webgpu } = await loadTfjs();
  const tfjs = new webgpu.WebGPUBackend(device, adapter as ConstructorParameters<typeof webgpu.WebGPUBackend>[1]);
  // tfjs would run small inputs on the CPU by a global flag; here every operator runs on the GPU.
  tfjs.shouldExecuteOnCPU = () => false;
  const kernel = (name: 'BatchMatMul' | 'Softmax'): KernelFunc => {
    const found = core.getKernel(name, 'webgpu');
    if (!found) throw new UnsupportedError(`${fn}: this tfjs-backend-webgpu has no kernel ${name}`);
    return found.kernelFunc;
  };
  const engine: Engine = {
    device,
    ownsDevice: given === undefined,
    adapter: adapter ? describe(adapter) : 'a GPUDevice of the caller',
    tfjs,
    kernels: { BatchMatMul: kernel('BatchMatMul'), Softmax: kernel('Softmax') },
  };
  return new WebgpuBackend(engine);
}
