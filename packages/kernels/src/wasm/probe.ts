// Feature probes by the smallest modules that use the feature. WebAssembly.validate works where compiling is not allowed.

const validates = (...body: number[]): boolean =>
  typeof WebAssembly === 'object' &&
  WebAssembly.validate(
    // Magic, version 1, type section with () -> v128, function section with one function of that type.
    Uint8Array.of(
      0,
      97,
      115,
      109,
      1,
      0,
      0,
      0,
      1,
      5,
      1,
      96,
      0,
      1,
      123,
      3,
      2,
      1,
      0,
      10,
      body.length + 4,
      1,
      body.length + 2,
      0,
      ...body,
      11,
    ),
  );

/** `(func (result v128) i32.const 0 i8x16.splat)` */
export const hasSimd = (): boolean => validates(65, 0, 253, 15);

/** `(func (result v128) ... f32x4.relaxed_madd)` on three zero vectors; opcode 0xfd 0x85 0x02. */
export const hasRelaxedSimd = (): boolean => {
  const zero = [65, 0, 253, 15];
  return validates(...zero, ...zero, ...zero, 253, 133, 2);
};
