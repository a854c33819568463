import type { JobRunner } from "./jobs";
import { kernelCall, part } from "./kernel-call";

/** An operand at an address, `[rows, columns]` as it lies in memory, read transposed or not. */
export interface MatrixOperand {
  readonly address: number;
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
}

const floatBytes = 4;
/** Columns of a panel, numbers of an inner block and bytes before the panels, as in `kernels/matrix-product.ts`. */
const panelColumns = 16;
const innerBlock = 256;
const edgeBytes = 64 + 6 * innerBlock * floatBytes;
/** Columns of a cache line: parts that begin there do not write to the same one. */
const lineColumns = 16;
/** Columns of a part that keep what it reads of `a` in the processor's cache for long enough. */
const wideColumns = 64;
/** Rows of a part against which packing all columns costs little. */
const tallRows = 128;

/** c `[m, n]` (+)= a · b, with a read as `[m, k]` and b as `[k, n]`. */
export function matrixProduct(
  jobs: JobRunner,
  a: MatrixOperand,
  b: MatrixOperand,
  c: number,
  accumulate: boolean,
): void {
  const [m, k] = a.transposed ? [a.columns, a.rows] : [a.rows, a.columns];
  const n = b.transposed ? b.rows : b.columns;
  if (m === 0 || n === 0) return;
  const strides = ({ columns, transposed }: MatrixOperand): [number, number] =>
    transposed ? [floatBytes, columns * floatBytes] : [columns * floatBytes, floatBytes];
  const [aRow, aInner] = strides(a);
  const [bInner, bColumn] = strides(b);
  // A part packs the columns that it multiplies: parts of rows pack all of them, each for itself, and parts of columns read all of `a`.
  const byRows = m >= jobs.threads * tallRows || n < jobs.threads * lineColumns;
  const columns = n >= jobs.threads * wideColumns ? wideColumns : lineColumns;
  jobs.run({
    ...kernelCall("matrixProduct", {
      a: a.address,
      aRow,
      aInner,
      b: b.address,
      bInner,
      bColumn,
      c,
      cRow: n * floatBytes,
      firstRow: byRows ? part.first : 0,
      lastRow: byRows ? part.last : m,
      firstColumn: byRows ? 0 : part.first,
      lastColumn: byRows ? n : part.last,
      k,
      packed: part.scratch(
        edgeBytes + Math.ceil(n / panelColumns) * panelColumns * Math.min(k, innerBlock) * floatBytes,
      ),
      accumulate: accumulate ? 1 : 0,
    }),
    count: byRows ? m : n,
    multiple: byRows ? 6 : columns,
    work: m * n * k,
  });
}
