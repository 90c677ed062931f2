export { createWebgpuBackend, type WebgpuBackendOptions } from './create.js';
