/** Rows of CSV and TSV as RFC 4180 has them: a first line of column names, quotes around what holds separators, quotes or newlines. */
import { CsvError, parse, type CsvErrorCode, type Parser } from "csv-parse";
import * as z from "zod";
import type { Row } from "./row";
import { errorAt } from "./row-error";
import { textBlocks, type BlockSizes } from "./text-blocks";

/** Most characters of one row: a quote that is never closed takes the rest of the file. */
const longestRow = 1 << 26;

type Cells = readonly (string | null)[];

const cellsSchema = z.array(z.string().nullable());

interface Found {
  readonly cells: Cells;
  /** Blank lines so far. */
  readonly blank: number;
}

const newlinesIn = (fields: Cells): number =>
  fields.reduce((sum, field) => sum + (field === null ? 0 : field.split("\n").length - 1), 0);

/** What is wrong with the row that begins at a place. */
const reasons: Partial<Record<CsvErrorCode, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote opens in this row and is never closed",
  INVALID_OPENING_QUOTE:
    'there is a quote in a cell without quotes around it. Write "" for it, and quotes around the cell',
  CSV_INVALID_CLOSING_QUOTE: 'something follows the quote that closes a cell. A quote within quotes is written ""',
  CSV_MAX_RECORD_SIZE: `this row has more than ${longestRow} characters. Is a quote never closed?`,
};

function headerOf(names: Cells, fail: (reason: string) => never): readonly string[] {
  const filled = names.map((name) => name ?? "");
  const empty = filled.findIndex((name) => name.trim() === "");
  if (empty >= 0) fail(`column ${empty + 1} has no name. The first line says the names of the columns`);
  const twice = filled.find((name, index) => filled.indexOf(name) < index);
  if (twice !== undefined) fail(`two columns are named "${twice}". Rename one`);
  const [only = ""] = filled;
  if (filled.length === 1 && /[;\t|]/.test(only))
    fail(
      `there is one column, named ${JSON.stringify(only)}. Columns are separated by commas, or by tabs in a file whose name ends in .tsv`,
    );
  return filled;
}

/** The parser, and the rows that it has found and nobody has taken. It is a stream, but what it is given it reads at once. */
function openParser(delimiter: "," | "\t"): { readonly parser: Parser; readonly found: Found[] } {
  const found: Found[] = [];
  const parser = parse({
    delimiter,
    record_delimiter: ["\n", "\r\n"],
    skip_empty_lines: true,
    relax_column_count: true,
    // Tab-separated files have quotes within cells that mean nothing.
    relax_quotes: delimiter === "\t",
    max_record_size: longestRow,
    cast: (value, { quoting }) => (value === "" && !quoting ? null : value),
    on_record(record: unknown, { empty_lines }) {
      found.push({ cells: cellsSchema.parse(record), blank: empty_lines });
      return null;
    },
  });
  // Thrown where it is looked for.
  parser.on("error", () => undefined);
  return { parser, found };
}

/** A cell that is empty and not quoted holds nothing: null. Throws a RowError with `FILE:LINE` and what is wrong there. */
export function* csvRows(path: string, delimiter: "," | "\t", sizes: Partial<BlockSizes> = {}): Generator<Row> {
  const { parser, found } = openParser(delimiter);
  let names: readonly string[] | null = null;
  // Its own count takes a newline within quotes for two where a carriage return stands before it.
  let next = 1;
  let blank = 0;
  const fail = (line: number, reason: string): never => {
    throw errorAt(path, line, reason);
  };
  function* taken(): Generator<Row> {
    for (const { cells, blank: blankNow } of found.splice(0)) {
      const line = next + blankNow - blank;
      next = line + 1 + newlinesIn(cells);
      blank = blankNow;
      if (names === null) {
        names = headerOf(cells, (reason) => fail(line, reason));
        continue;
      }
      if (cells.length !== names.length)
        fail(
          line,
          `this row has ${cells.length} cells, the first line names ${names.length} columns. Are there quotes around cells with ${delimiter === "," ? "commas" : "tabs"}?`,
        );
      yield { line, columns: Object.fromEntries(names.map((name, index) => [name, cells[index]])) };
    }
    const { errored } = parser;
    if (errored instanceof CsvError) {
      const blankNow = z.number().catch(blank).parse(errored["empty_lines"]);
      fail(next + blankNow - blank, `this is not CSV: ${reasons[errored.code] ?? errored.message}`);
    }
    if (errored) throw errored;
  }
  try {
    for (const { bytes } of textBlocks(path, sizes)) {
      parser.write(bytes);
      yield* taken();
    }
    parser.end();
    yield* taken();
  } finally {
    parser.destroy();
  }
}
