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
/** Columns of a panel and of a block, numbers of an inner block and bytes before the panels, as in `kernels/matrix-product.ts`. */
const panelColumns = 16;
const blockColumns = 512;
const innerBlock = 256;
const edgeBytes = 64 + 6 * innerBlock * floatBytes;
/** Columns for each thread from which on it is worth cutting them. */
const fewColumns = 64;
/** Rows of a part against which packing all columns costs little. */
const tallRows = 128;

/** Numbers of the panels that the threads work from: b is `[k, n]`. */
export const packedNumbersOfProduct = (n: number, k: number, threads: number): number =>
  threads * Math.ceil(Math.min(n, blockColumns) / panelColumns) * panelColumns * Math.min(k, innerBlock);

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
  // A part packs the columns that it multiplies and reads all of its rows of `a`. Parts of rows pack all columns, each part for itself: they are for
  // few columns, and for a transposed `a`, whose rows are copied for every part of columns.
  const byRows = n < jobs.threads * fewColumns || (a.transposed && m >= jobs.threads * tallRows);
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
      packed: part.scratch(edgeBytes + packedNumbersOfProduct(n, k, 1) * floatBytes),
      accumulate: accumulate ? 1 : 0,
    }),
    count: byRows ? m : n,
    multiple: byRows ? 6 : panelColumns,
    work: m * n * k,
  });
}
