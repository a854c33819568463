/** y = x₁ + x₂ for numbers first … last − 1; `first` is a multiple of 4. `y` may be one of the others. */
export function add(x1: usize, x2: usize, y: usize, first: i32, last: i32): void {
  let i = first;
  for (; i + 4 <= last; i += 4) v128.store(y + (i << 2), f32x4.add(v128.load(x1 + (i << 2)), v128.load(x2 + (i << 2))));
  for (; i < last; i++) f32.store(y + (i << 2), f32.load(x1 + (i << 2)) + f32.load(x2 + (i << 2)));
}
