/**
 * Matrix product: C[m, n] (+)= A[m, k] · B[k, n], any of A and B transposed.
 * An element of A stands at a + i·aRow + q·aInner, of B at b + q·bInner + j·bColumn (bytes), so that a transposition is a choice of strides.
 */
import { madd } from "./multiply-add";

const COLUMNS: i32 = 16;
const ROWS: i32 = 6;
/** Inner block: a packed panel of 16 columns (16 kB) stays in the first-level cache. */
const INNER: i32 = 256;
/** Columns whose panels (512 kB) stay in the second-level cache. */
const BLOCK: i32 = 512;
/** Bytes before the panels, of each thread its own: room for the end of a row of C, and for rows of a transposed A. */
const EDGE: i32 = 64;
const STRIP: i32 = ROWS * INNER * 4;

/** Rows 0 … 3 of four numbers at `b`, `row` bytes apart, to columns at `to`, 64 bytes apart. */
@inline
function transpose4(b: usize, row: i32, to: usize): void {
  const r0 = v128.load(b), r1 = v128.load(b + row), r2 = v128.load(b + 2 * row), r3 = v128.load(b + 3 * row);
  const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), c = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const d = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), e = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(a, c, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(a, c, 2, 3, 6, 7), 64);
  v128.store(to, v128.shuffle<f32>(d, e, 0, 1, 4, 5), 128);
  v128.store(to, v128.shuffle<f32>(d, e, 2, 3, 6, 7), 192);
}

@inline
function packPanel(b: usize, bInner: i32, bColumn: i32, panel: usize, inner: i32, columns: i32): void {
  let to = panel;
  let q = 0;
  if (columns == COLUMNS && bColumn == 4) {
    for (; q < inner; q++) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      v128.store(to, v128.load(b, 32), 32);
      v128.store(to, v128.load(b, 48), 48);
      b += bInner;
      to += 64;
    }
    return;
  }
  if (columns == COLUMNS && bInner == 4) {
    for (; q + 4 <= inner; q += 4) {
      for (let j = 0; j < 4; j++) transpose4(b + 4 * j * bColumn, bColumn, to + 16 * j);
      b += 16;
      to += 256;
    }
  }
  for (; q < inner; q++) {
    let from = b;
    for (let j = 0; j < columns; j++) {
      f32.store(to + (j << 2), f32.load(from));
      from += bColumn;
    }
    for (let j = columns; j < COLUMNS; j++) f32.store(to + (j << 2), 0);
    b += bInner;
    to += 64;
  }
}

/** Six rows of A, number by number: [inner, 6]. */
function copyStrip(a: usize, aRow: i32, aInner: i32, to: usize, inner: i32): void {
  const a2 = 2 * aRow, a3 = 3 * aRow, a4 = 4 * aRow, a5 = 5 * aRow;
  for (let q = 0; q < inner; q++) {
    f32.store(to, f32.load(a));
    f32.store(to, f32.load(a + aRow), 4);
    f32.store(to, f32.load(a + a2), 8);
    f32.store(to, f32.load(a + a3), 12);
    f32.store(to, f32.load(a + a4), 16);
    f32.store(to, f32.load(a + a5), 20);
    a += aInner;
    to += ROWS << 2;
  }
}

@inline
function storeRow(c: usize, v0: v128, v1: v128, v2: v128, v3: v128, columns: i32, add: bool, edge: usize): void {
  if (columns == COLUMNS) {
    if (add) {
      v0 = f32x4.add(v0, v128.load(c));
      v1 = f32x4.add(v1, v128.load(c, 16));
      v2 = f32x4.add(v2, v128.load(c, 32));
      v3 = f32x4.add(v3, v128.load(c, 48));
    }
    v128.store(c, v0);
    v128.store(c, v1, 16);
    v128.store(c, v2, 32);
    v128.store(c, v3, 48);
    return;
  }
  v128.store(edge, v0);
  v128.store(edge, v1, 16);
  v128.store(edge, v2, 32);
  v128.store(edge, v3, 48);
  for (let j = 0; j < columns; j++) {
    const at = c + (j << 2);
    f32.store(at, f32.load(edge + (j << 2)) + (add ? f32.load(at) : 0));
  }
}

function tile(a: usize, aRow: i32, aInner: i32, panel: usize, c: usize, cRow: i32, inner: i32, columns: i32, add: bool, edge: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00, c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00, c40 = c00, c41 = c00, c42 = c00, c43 = c00, c50 = c00, c51 = c00, c52 = c00, c53 = c00;
  const a2 = 2 * aRow, a3 = 3 * aRow, a4 = 4 * aRow, a5 = 5 * aRow;
  const end = panel + (inner << 6);
  while (panel < end) {
    const b0 = v128.load(panel), b1 = v128.load(panel, 16), b2 = v128.load(panel, 32), b3 = v128.load(panel, 48);
    panel += 64;
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01); c02 = madd(x, b2, c02); c03 = madd(x, b3, c03);
    x = v128.load32_splat(a + aRow);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11); c12 = madd(x, b2, c12); c13 = madd(x, b3, c13);
    x = v128.load32_splat(a + a2);
    c20 = madd(x, b0, c20); c21 = madd(x, b1, c21); c22 = madd(x, b2, c22); c23 = madd(x, b3, c23);
    x = v128.load32_splat(a + a3);
    c30 = madd(x, b0, c30); c31 = madd(x, b1, c31); c32 = madd(x, b2, c32); c33 = madd(x, b3, c33);
    x = v128.load32_splat(a + a4);
    c40 = madd(x, b0, c40); c41 = madd(x, b1, c41); c42 = madd(x, b2, c42); c43 = madd(x, b3, c43);
    x = v128.load32_splat(a + a5);
    c50 = madd(x, b0, c50); c51 = madd(x, b1, c51); c52 = madd(x, b2, c52); c53 = madd(x, b3, c53);
    a += aInner;
  }
  storeRow(c, c00, c01, c02, c03, columns, add, edge);
  storeRow(c + 1 * cRow, c10, c11, c12, c13, columns, add, edge);
  storeRow(c + 2 * cRow, c20, c21, c22, c23, columns, add, edge);
  storeRow(c + 3 * cRow, c30, c31, c32, c33, columns, add, edge);
  storeRow(c + 4 * cRow, c40, c41, c42, c43, columns, add, edge);
  storeRow(c + 5 * cRow, c50, c51, c52, c53, columns, add, edge);
}

function tile1(a: usize, aInner: i32, panel: usize, c: usize, inner: i32, columns: i32, add: bool, edge: usize): void {
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
  const end = panel + (inner << 6);
  while (panel < end) {
    const x = v128.load32_splat(a);
    c0 = madd(x, v128.load(panel), c0);
    c1 = madd(x, v128.load(panel, 16), c1);
    c2 = madd(x, v128.load(panel, 32), c2);
    c3 = madd(x, v128.load(panel, 48), c3);
    panel += 64;
    a += aInner;
  }
  storeRow(c, c0, c1, c2, c3, columns, add, edge);
}

/**
 * Rows firstRow … lastRow − 1 and as many columns (firstColumn a multiple of 16) of the product, by blocks of 512 columns whose panels stay in the
 * second-level cache while all rows pass over them. `packed`: room for 64 + 6144 bytes and the panels of a block, ⌈columns / 16⌉ · min(k, 256) · 16
 * numbers with at most 512 columns.
 */
export function matrixProduct(
  a: usize, aRow: i32, aInner: i32, b: usize, bInner: i32, bColumn: i32, c: usize, cRow: i32,
  firstRow: i32, lastRow: i32, firstColumn: i32, lastColumn: i32, k: i32, packed: usize, accumulate: bool,
): void {
  for (let first = firstColumn; first < lastColumn; first += BLOCK) {
    const last = min(first + BLOCK, lastColumn);
    for (let q0 = 0; q0 < k; q0 += INNER) {
      const inner = min(INNER, k - q0);
      const add = accumulate || q0 > 0;
      const panelBytes = inner << 6;
      let panel = packed + EDGE + STRIP;
      for (let j = first; j < last; j += COLUMNS) {
        packPanel(b + q0 * bInner + j * bColumn, bInner, bColumn, panel, inner, min(COLUMNS, last - j));
        panel += panelBytes;
      }
      const aBlock = a + q0 * aInner;
      let i = firstRow;
      for (; i + ROWS <= lastRow; i += ROWS) {
        // Rows of a transposed A lie apart: read once for all panels, they do not push the panels out of the cache.
        let from = aBlock + i * aRow, row = aRow, step = aInner;
        if (aInner != 4) {
          copyStrip(from, aRow, aInner, packed + EDGE, inner);
          from = packed + EDGE;
          row = 4;
          step = ROWS << 2;
        }
        panel = packed + EDGE + STRIP;
        for (let j = first; j < last; j += COLUMNS) {
          tile(from, row, step, panel, c + i * cRow + (j << 2), cRow, inner, min(COLUMNS, last - j), add, packed);
          panel += panelBytes;
        }
      }
      for (; i < lastRow; i++) {
        panel = packed + EDGE + STRIP;
        for (let j = first; j < last; j += COLUMNS) {
          tile1(aBlock + i * aRow, aInner, panel, c + i * cRow + (j << 2), inner, min(COLUMNS, last - j), add, packed);
          panel += panelBytes;
        }
      }
    }
  }
}

/** Numbers of a matrix of `rows` × `columns` in panels, rows filled up to a multiple of 16. */
export function packedNumbers(rows: i32, columns: i32): i32 {
  return ((rows + COLUMNS - 1) / COLUMNS) * COLUMNS * columns;
}

/** Rows first … last − 1 (first a multiple of 16) of w [rows, columns] as the panels of x · wᵀ, for {@link packedProduct}. */
export function packMatrix(w: usize, rows: i32, columns: i32, packed: usize, first: i32, last: i32): void {
  for (let j = first; j < last; j += COLUMNS) {
    packPanel(w + j * (columns << 2), 4, columns << 2, packed + j * (columns << 2), columns, min(COLUMNS, rows - j));
  }
}

/**
 * c [rows, n] (+)= a [rows, k] · wᵀ with w packed by {@link packMatrix}; rows of c are `cRow` bytes apart. `rows` is a multiple of 6: callers keep
 * room for rows that nobody reads. `edge`: room for 64 bytes.
 */
export function packedProduct(a: usize, rows: i32, k: i32, packed: usize, n: i32, c: usize, cRow: i32, add: bool, edge: usize): void {
  const aRow = k << 2;
  for (let j = 0; j < n; j += COLUMNS) {
    for (let i = 0; i < rows; i += ROWS) {
      tile(a + i * aRow, aRow, 4, packed, c + i * cRow + (j << 2), cRow, k, min(COLUMNS, n - j), add, edge);
    }
    packed += k << 6;
  }
}
