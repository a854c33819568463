/** What a file is that is not what it was taken for, by its first bytes, and what to do with it. */
import { RowError } from "./row-error";

const jsonl = "Write its rows as JSONL, CSV or Parquet";

const formats: readonly (readonly [start: readonly number[] | string, what: string])[] = [
  ["PAR1", "Parquet, whose name must end in .parquet. Rename it"],
  ["ARROW1", `an Arrow file. ${jsonl}: dataset.to_parquet("data.parquet")`],
  [
    [0xff, 0xff, 0xff, 0xff],
    `an Arrow stream, as save_to_disk of datasets writes it. ${jsonl}: dataset.to_parquet("data.parquet")`,
  ],
  ["PK\u0003\u0004", "a ZIP archive (or a spreadsheet, or NumPy's .npz). Unpack it, and name one file of rows"],
  ["SQLite format 3", `an SQLite database. ${jsonl}`],
  ["\u0089HDF", `an HDF5 file. ${jsonl}`],
  ["\u0080", `a Python pickle or other binary data. ${jsonl}`],
  [[0xff, 0xfe], "text in UTF-16. Save it in UTF-8: iconv -f UTF-16 -t UTF-8"],
  [[0xfe, 0xff], "text in UTF-16. Save it in UTF-8: iconv -f UTF-16 -t UTF-8"],
  ["BZh", "packed with bzip2. Unpack it, or pack it with gzip"],
  ["\u00fd7zXZ", "packed with xz. Unpack it, or pack it with gzip"],
];

const bytesOf = (start: readonly number[] | string): readonly number[] =>
  typeof start === "string" ? Array.from(start, (sign) => sign.charCodeAt(0)) : start;

/** Bytes in which text has no zero. */
const looked = 64;

/** Throws a RowError with what the file is when it is no text in UTF-8. */
export function refuseOtherFormat(bytes: Uint8Array, path: string): void {
  const known = formats.find(([start]) => bytesOf(start).every((byte, index) => bytes[index] === byte));
  if (known) throw new RowError(`${path} is ${known[1]}.`);
  const zero = bytes.subarray(0, looked).indexOf(0);
  if (zero === 0 || zero === 1)
    throw new RowError(
      `${path} is text in UTF-16, or no text at all. Save it in UTF-8: iconv -f UTF-16${zero === 0 ? "BE" : "LE"} -t UTF-8.`,
    );
  if (zero > 0) throw new RowError(`${path} is not text: there is a zero byte at ${zero}. ${jsonl}.`);
}
