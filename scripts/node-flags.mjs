/** Node 20 has relaxed SIMD only behind a flag, and newer versions, which have it anyway, refuse the flag. */
export const relaxedSimdFlags = process.versions.node.startsWith('20.') ? ['--experimental-wasm-relaxed-simd'] : [];
