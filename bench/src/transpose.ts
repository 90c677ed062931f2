/** Transposes each of `batch` matrices [rows, columns]. */
export function transposeEach(x: Float32Array, batch: number, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(x.length);
  for (let matrix = 0; matrix < batch; matrix++) {
    const base = matrix * rows * columns;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) transposed[base + j * rows + i] = x[base + i * columns + j]!;
    }
  }
  return transposed;
}
