/** Rows of a table by index, and the gradient: rows added up where they came from. */

/** y[r] = table[indices[r]] for rows first … last − 1 of [rows, width]. */
export function gatherRows(table: usize, indices: usize, y: usize, first: i32, last: i32, width: i32): void {
  const bytes = width << 2;
  for (let row = first; row < last; row++) memory.copy(y + row * bytes, table + load<i32>(indices + (row << 2)) * bytes, bytes);
}

/** dTable[indices[r]] += dy[r], in the order of rows. */
export function scatterAddRows(dy: usize, indices: usize, dTable: usize, rows: i32, width: i32): void {
  const bytes = width << 2;
  for (let row = 0; row < rows; row++) {
    const from = dy + row * bytes, to = dTable + load<i32>(indices + (row << 2)) * bytes;
    let c = 0;
    for (; c + 4 <= width; c += 4) v128.store(to + (c << 2), f32x4.add(v128.load(to + (c << 2)), v128.load(from + (c << 2))));
    for (; c < width; c++) f32.store(to + (c << 2), f32.load(to + (c << 2)) + f32.load(from + (c << 2)));
  }
}

/** table[indices[r]] = x[r] for rows first … last − 1 of [rows, width]. */
export function scatterRows(x: usize, indices: usize, table: usize, first: i32, last: i32, width: i32): void {
  const bytes = width << 2;
  for (let row = first; row < last; row++) memory.copy(table + load<i32>(indices + (row << 2)) * bytes, x + row * bytes, bytes);
}
