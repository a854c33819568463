/** y = x₁ + x₂ for numbers first … last − 1; `first` is a multiple of 4. `y` may be one of the others. */
export function add(x1: usize, x2: usize, y: usize, first: i32, last: i32): void {
  let i = first;
  for (; i + 4 <= last; i += 4) v128.store(y + (i << 2), f32x4.add(v128.load(x1 + (i << 2)), v128.load(x2 + (i << 2))));
  for (; i < last; i++) f32.store(y + (i << 2), f32.load(x1 + (i << 2)) + f32.load(x2 + (i << 2)));
}

/** y[row] = x[row] + bias for rows first … last − 1 of [rows, width]; x = 0: y[row] = bias. */
export function addBias(x: usize, bias: usize, y: usize, first: i32, last: i32, width: i32): void {
  const bytes = width << 2;
  for (let row = first; row < last; row++) {
    if (x == 0) memory.copy(y + row * bytes, bias, bytes);
    else add(x + row * bytes, bias, y + row * bytes, 0, width);
  }
}

/** sums += Σ_rows x[row] for rows first … last − 1 of [rows, width]: the gradient of a bias. */
export function sumRows(x: usize, sums: usize, first: i32, last: i32, width: i32): void {
  for (let row = first; row < last; row++) add(sums, x + row * (width << 2), sums, 0, width);
}
