import { DlvError, OutOfMemoryError, UnsupportedError } from '@dlv/kernels';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import type { NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';

/** Values of a program's own uniforms, in the order of its declaration. */
export type Uniforms = { type: 'int32' | 'float32'; data: number[] }[];

/** A flat array in GPU memory; `undefined` stands for one without elements, as WebGPU binds no empty buffers. */
export type GpuArray = TensorInfo | undefined;

const remedy = 'create a new webgpu backend';

/**
 * One tfjs WebGPUBackend over one device, outside tfjs's registry: kernels are called as functions, so tfjs's choice of
 * backend is neither read nor changed.
 *
 * WebGPU reports errors late and otherwise computes zeros, and tfjs records many programs into one command buffer, which
 * one bad program invalidates. So the first error found makes the whole engine fail from there on.
 */
export class Engine {
  failure: DlvError | undefined;
  /** Settles when the error scopes opened so far have been read. Never rejects. */
  #checked: Promise<void> = Promise.resolve();

  constructor(
    private readonly gpu: WebGPUBackend,
    private readonly getKernel: typeof import('@tensorflow/tfjs-core').getKernel,
    private readonly ownsDevice: boolean,
  ) {
    void gpu.device.lost.then(({ reason, message }) => {
      this.failure ??= new DlvError(`the GPU device was lost (${reason}): ${message || 'no reason given'}; ${remedy}`);
    });
  }

  /** Copies values into GPU memory, 4 bytes an element; bool arrives as int32. */
  upload(fn: string, values: Float32Array | Int32Array | Uint8Array): TensorInfo {
    const shape = [values.length];
    const dtype = values instanceof Float32Array ? 'float32' : 'int32';
    this.checkSize(fn, values.length);
    return this.guard(fn, () => {
      const dataId = this.gpu.write(values as Float32Array | Int32Array | Uint8Array, shape, dtype);
      // At once, so that tfjs neither keeps the caller's array nor takes small inputs to the CPU (WEBGPU_CPU_FORWARD).
      this.gpu.uploadToGPU(dataId);
      return { dataId, shape, dtype };
    });
  }

  /** Runs a kernel of tfjs. */
  kernel(fn: string, name: string, inputs: NamedTensorInfoMap, attrs: NamedAttrMap): TensorInfo {
    return this.guard(fn, () => {
      const { kernelFunc } = this.getKernel(name, 'webgpu');
      return kernelFunc({ inputs, backend: this.gpu, attrs }) as TensorInfo;
    });
  }

  /** Runs an own program; `inputs` are bound in the order of its variable names. */
  run(fn: string, program: WebGPUProgram, inputs: TensorInfo[], uniforms: Uniforms): TensorInfo {
    for (const size of program.outputShape) this.checkSize(fn, size);
    return this.guard(fn, () => this.gpu.runWebGPUProgram(program, inputs, 'float32', uniforms));
  }

  /** Copies the elements out; the copy is recorded before this returns, so the array may be released after the call. */
  async read({ dataId }: TensorInfo): Promise<ArrayBuffer> {
    const { resource } = this.gpu.tensorMap.get(dataId);
    const reading = this.guard('data', () => this.gpu.getBufferData(resource as GPUBuffer));
    let bytes: ArrayBuffer;
    try {
      bytes = await reading;
    } catch (error) {
      await this.#checked;
      throw this.failure ?? new DlvError(`data: the GPU memory could not be read: ${text(error)}; ${remedy}`);
    }
    await this.#checked;
    if (this.failure) throw this.failure;
    return bytes;
  }

  release({ dataId }: TensorInfo): void {
    this.gpu.disposeData(dataId);
  }

  dispose(): void {
    this.gpu.dispose();
    if (this.ownsDevice) this.gpu.device.destroy();
  }

  /** Refuses an array larger than the device can bind. */
  checkSize(fn: string, elements: number): void {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.gpu.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (4 * elements > limit) {
      throw new OutOfMemoryError(
        `${fn}: an array of ${4 * elements} bytes is needed, but the GPU device allows ${limit}`,
      );
    }
  }

  /** Calls into tfjs and has its errors, thrown now or reported later by the GPU, end in `failure` or a typed throw. */
  private guard<T>(fn: string, run: () => T): T {
    if (this.failure) throw this.failure;
    const { device } = this.gpu;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    try {
      return run();
    } catch (error) {
      // Mapping a new buffer throws RangeError where there is no memory for it.
      if (error instanceof RangeError) throw new OutOfMemoryError(`${fn}: no memory for the array: ${error.message}`);
      throw new UnsupportedError(`${fn}: @tensorflow/tfjs-backend-webgpu refuses it: ${text(error)}`);
    } finally {
      this.#watch(device.popErrorScope(), ({ message }) => {
        return new UnsupportedError(`${fn}: the GPU does not accept the program: ${message}; ${remedy}`);
      });
      this.#watch(device.popErrorScope(), ({ message }) => {
        return new OutOfMemoryError(`${fn}: the GPU is out of memory: ${message}; ${remedy}`);
      });
    }
  }

  #watch(scope: Promise<GPUError | null>, describe: (error: GPUError) => DlvError): void {
    const noted = scope.then(
      (error) => {
        if (error) this.failure ??= describe(error);
      },
      // The scopes of a lost device reject; device.lost tells why.
      () => undefined,
    );
    this.#checked = Promise.all([this.#checked, noted]).then(() => undefined);
  }
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
