/**
 * Matrix product: C[m, n] (+)= A[m, k] · B[k, n], any of A and B transposed.
 * An element of A stands at a + i·aRow + q·aInner, of B at b + q·bInner + j·bColumn (bytes), so that a transposition is a choice of strides.
 */
import { madd } from "./multiply-add";

const COLUMNS: i32 = 8;
const ROWS: i32 = 6;
/** Inner block: a packed panel of 8 columns (8 kB) stays in the first-level cache. */
const INNER: i32 = 256;
/** Bytes before the panels: room for the end of a row of C, of each thread its own. */
const EDGE: i32 = 64;

/** Rows 0 … 3 of four numbers at `b`, `row` bytes apart, to columns at `to`, 32 bytes apart. */
@inline
function transpose4(b: usize, row: i32, to: usize): void {
  const r0 = v128.load(b), r1 = v128.load(b + row), r2 = v128.load(b + 2 * row), r3 = v128.load(b + 3 * row);
  const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), c = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const d = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), e = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(a, c, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(a, c, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(d, e, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(d, e, 2, 3, 6, 7), 96);
}

@inline
function packPanel(b: usize, bInner: i32, bColumn: i32, panel: usize, inner: i32, columns: i32): void {
  let to = panel;
  let q = 0;
  if (columns == COLUMNS && bColumn == 4) {
    for (; q < inner; q++) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      b += bInner;
      to += 32;
    }
    return;
  }
  if (columns == COLUMNS && bInner == 4) {
    for (; q + 4 <= inner; q += 4) {
      transpose4(b, bColumn, to);
      transpose4(b + 4 * bColumn, bColumn, to + 16);
      b += 16;
      to += 128;
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
    to += 32;
  }
}

@inline
function storeRow(c: usize, low: v128, high: v128, columns: i32, add: bool, edge: usize): void {
  if (columns == COLUMNS) {
    if (add) {
      low = f32x4.add(low, v128.load(c));
      high = f32x4.add(high, v128.load(c, 16));
    }
    v128.store(c, low);
    v128.store(c, high, 16);
    return;
  }
  v128.store(edge, low);
  v128.store(edge, high, 16);
  for (let j = 0; j < columns; j++) {
    const at = c + (j << 2);
    f32.store(at, f32.load(edge + (j << 2)) + (add ? f32.load(at) : 0));
  }
}

function tile6(a: usize, aRow: i32, aInner: i32, panel: usize, c: usize, cRow: i32, inner: i32, columns: i32, add: bool, edge: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  const a2 = 2 * aRow, a3 = 3 * aRow, a4 = 4 * aRow, a5 = 5 * aRow;
  const end = panel + (inner << 5);
  while (panel < end) {
    const b0 = v128.load(panel), b1 = v128.load(panel, 16);
    panel += 32;
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a + aRow);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a + a2);
    c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a + a3);
    c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    x = v128.load32_splat(a + a4);
    c40 = madd(x, b0, c40); c41 = madd(x, b1, c41);
    x = v128.load32_splat(a + a5);
    c50 = madd(x, b0, c50); c51 = madd(x, b1, c51);
    a += aInner;
  }
  storeRow(c, c00, c01, columns, add, edge);
  storeRow(c + cRow, c10, c11, columns, add, edge);
  storeRow(c + 2 * cRow, c20, c21, columns, add, edge);
  storeRow(c + 3 * cRow, c30, c31, columns, add, edge);
  storeRow(c + 4 * cRow, c40, c41, columns, add, edge);
  storeRow(c + 5 * cRow, c50, c51, columns, add, edge);
}

function tile1(a: usize, aInner: i32, panel: usize, c: usize, inner: i32, columns: i32, add: bool, edge: usize): void {
  let low = f32x4.splat(0), high = low;
  const end = panel + (inner << 5);
  while (panel < end) {
    const x = v128.load32_splat(a);
    low = madd(x, v128.load(panel), low);
    high = madd(x, v128.load(panel, 16), high);
    panel += 32;
    a += aInner;
  }
  storeRow(c, low, high, columns, add, edge);
}

/** Rows i0..i1 and columns j0..j1 (j0 a multiple of 8) of the product. `packed`: room for 64 bytes and ceil((j1 − j0)/8) panels of min(k, 256) × 8. */
export function matrixProduct(a: usize, aRow: i32, aInner: i32, b: usize, bInner: i32, bColumn: i32, c: usize, cRow: i32, i0: i32, i1: i32, j0: i32, j1: i32, k: i32, packed: usize, accumulate: bool): void {
  for (let q0 = 0; q0 < k; q0 += INNER) {
    const inner = min(INNER, k - q0);
    const add = accumulate || q0 > 0;
    const panelBytes = inner << 5;
    let panel = packed + EDGE;
    for (let j = j0; j < j1; j += COLUMNS) {
      packPanel(b + q0 * bInner + j * bColumn, bInner, bColumn, panel, inner, min(COLUMNS, j1 - j));
      panel += panelBytes;
    }
    const aBlock = a + q0 * aInner;
    let i = i0;
    for (; i + ROWS <= i1; i += ROWS) {
      panel = packed + EDGE;
      for (let j = j0; j < j1; j += COLUMNS) {
        tile6(aBlock + i * aRow, aRow, aInner, panel, c + i * cRow + (j << 2), cRow, inner, min(COLUMNS, j1 - j), add, packed);
        panel += panelBytes;
      }
    }
    for (; i < i1; i++) {
      panel = packed + EDGE;
      for (let j = j0; j < j1; j += COLUMNS) {
        tile1(aBlock + i * aRow, aInner, panel, c + i * cRow + (j << 2), inner, min(COLUMNS, j1 - j), add, packed);
        panel += panelBytes;
      }
    }
  }
}

/** Numbers of a matrix of `rows` × `columns` in panels, rows filled up to a multiple of 8. */
export function packedNumbers(rows: i32, columns: i32): i32 {
  return ((rows + COLUMNS - 1) / COLUMNS) * COLUMNS * columns;
}

/** w [rows, columns] as the panels of x · wᵀ, for {@link packedProduct}. */
export function packMatrix(w: usize, rows: i32, columns: i32, packed: usize): void {
  for (let j = 0; j < rows; j += COLUMNS) {
    packPanel(w + j * (columns << 2), 4, columns << 2, packed, columns, min(COLUMNS, rows - j));
    packed += columns << 5;
  }
}

/**
 * c [rows, n] (+)= a [rows, k] · wᵀ with w packed by {@link packMatrix}; rows of c are `cRow` bytes apart. `rows` is a multiple of 6: callers keep
 * room for rows that nobody reads. `edge`: room for 32 bytes.
 */
export function packedProduct(a: usize, rows: i32, k: i32, packed: usize, n: i32, c: usize, cRow: i32, add: bool, edge: usize): void {
  const aRow = k << 2;
  for (let j = 0; j < n; j += COLUMNS) {
    for (let i = 0; i < rows; i += ROWS) {
      tile6(a + i * aRow, aRow, 4, packed, c + i * cRow + (j << 2), cRow, k, min(COLUMNS, n - j), add, edge);
    }
    packed += k << 5;
  }
}
