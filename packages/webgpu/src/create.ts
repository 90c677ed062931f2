/// <reference types="@webgpu/types" />
import { type Backend, UnsupportedError, ValueError } from '@dlv/kernels';
import { checkOptions } from '@dlv/kernels/backend-kit';
import { webgpuBackend } from './backend.js';
import { Engine } from './engine.js';

/** Options of {@link createWebgpuBackend}. */
export interface WebgpuBackendOptions {
  /** A device to run on. The backend does not destroy it. Default: a device of its own, with the adapter's limits. */
  device?: GPUDevice;
  /** Which adapter to ask for, where there are several. Default: the browser's choice. Not with `device`. */
  powerPreference?: GPUPowerPreference;
}

const fn = 'createWebgpuBackend';

/**
 * The WebGPU backend: gemm by @tensorflow/tfjs-backend-webgpu, softmax and attention by own WGSL programs on top of it,
 * all in float32. tfjs is loaded by this call; the backend that is active there stays so.
 * @throws UnsupportedError without WebGPU, an adapter or the peer packages; ValueError on a bad option.
 */
export async function createWebgpuBackend(options: WebgpuBackendOptions = {}): Promise<Backend> {
  checkOptions(fn, options, ['device', 'powerPreference']);
  const { device: given, powerPreference } = options;
  if (given !== undefined && typeof given?.createBuffer !== 'function') {
    throw new ValueError(`${fn}: device must be a GPUDevice, got ${String(given)}`);
  }
  if (powerPreference !== undefined && !['low-power', 'high-performance'].includes(powerPreference)) {
    throw new ValueError(
      `${fn}: powerPreference must be 'low-power' or 'high-performance', got ${String(powerPreference)}`,
    );
  }
  if (given && powerPreference) throw new ValueError(`${fn}: pass device or powerPreference, not both`);
  // tfjs refuses to start without it, whatever device it is given.
  const gpu = typeof navigator === 'undefined' ? undefined : navigator.gpu;
  if (!gpu) {
    throw new UnsupportedError(
      `${fn}: there is no navigator.gpu here; WebGPU needs a browser that has it and a secure context (https or localhost)`,
    );
  }
  const { tf, WebGPUBackend } = await loadTfjs();
  const device = given ?? (await requestDevice(gpu, powerPreference));
  const adapterInfo = device.adapterInfo as GPUAdapterInfo | undefined;
  const engine = new Engine(new WebGPUBackend(device, adapterInfo), tf.getKernel, given === undefined);
  return webgpuBackend(engine, describeAdapter(adapterInfo));
}

async function requestDevice(gpu: GPU, powerPreference: GPUPowerPreference | undefined): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) {
    throw new UnsupportedError(
      `${fn}: navigator.gpu.requestAdapter() found no adapter: no GPU, no driver, or WebGPU is switched off`,
    );
  }
  // A device has the specification's minimum of each unless it asks for more.
  const { limits } = adapter;
  return adapter.requestDevice({
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  });
}

/** The peers, loaded here so that the package can be imported without them. */
async function loadTfjs() {
  try {
    const tf = await import('@tensorflow/tfjs-core');
    const before = tf.findBackendFactory('webgpu');
    const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
    const factory = tf.findBackendFactory('webgpu');
    // Importing it makes 'webgpu' tfjs's first choice; where the user did not import it, it stays available, as the last.
    if (!before && factory) {
      tf.removeBackend('webgpu');
      tf.registerBackend('webgpu', factory, 0);
    }
    return { tf, WebGPUBackend };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UnsupportedError(
      `${fn}: install @tensorflow/tfjs-core and @tensorflow/tfjs-backend-webgpu beside @dlv/webgpu; loading them: ${cause}`,
    );
  }
}

function describeAdapter(info: GPUAdapterInfo | undefined): string {
  const names = [info?.vendor, info?.architecture, info?.device, info?.description].filter(Boolean);
  return `WebGPU on ${names.join(' ') || 'an unnamed adapter'}${info?.isFallbackAdapter ? ' (software)' : ''}`;
}
